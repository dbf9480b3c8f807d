using System.Text;

namespace Coffer.Cli;

/// <summary>
/// The token between invocations: <c>~/.coffer-token</c>, mode 0600, or the file that COFFER_TOKEN_PATH or VAULT_TOKEN_PATH
/// names. Reading falls back to Vault's <c>~/.vault-token</c>; writing never touches it.
/// </summary>
internal static class TokenFile
{
    private static string? Named => Session.Variable("TOKEN_PATH") is { Length: > 0 } path ? path : null;

    public static string Place => Named ?? Path.Combine(Home, ".coffer-token");

    private static string Home =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    public static string? Read() => ReadFrom(Place) ?? (Named is null ? ReadFrom(Path.Combine(Home, ".vault-token")) : null);

    public static void Write(string token) => PrivateFile.Write(Place, Encoding.UTF8.GetBytes(token));

    public static void Erase() => File.Delete(Place);

    private static string? ReadFrom(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalException($"The token file {path} cannot be read: {e.Message}");
        }
    }
}
