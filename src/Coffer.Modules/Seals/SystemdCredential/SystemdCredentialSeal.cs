using System.Security.Cryptography;
using Coffer.Core.Seals;

namespace Coffer.Modules.Seals.SystemdCredential;

/// <summary>
/// The root key under 32 bytes that systemd hands the service as a credential (LoadCredentialEncrypted=), which it can bind to the
/// machine's TPM. <paramref name="directory"/> is what CREDENTIALS_DIRECTORY says, null where the server is not started by systemd.
/// </summary>
public sealed class SystemdCredentialSeal(string? directory, string name) : ISeal
{
    public const string DirectoryVariable = "CREDENTIALS_DIRECTORY";

    public string Type => "systemd";

    public bool IsUnattended => true;

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default)
    {
        var key = Read();
        try
        {
            return new(KeyWrap.Wrap(Type, key, payload.Span));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public ValueTask<byte[]?> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> shareKey, CancellationToken cancel = default)
    {
        var key = Read();
        try
        {
            return new(KeyWrap.Unwrap(Type, key, wrapped.Span));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private byte[] Read()
    {
        if (string.IsNullOrEmpty(directory))
            throw new SealUnavailableException($"{DirectoryVariable} is not set: the credential {name} is given by systemd only");
        if (name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal))
            throw new SealUnavailableException($"{name} is not the name of a credential");

        // systemd makes the directory its own and may let a group in by an access list, which shows as the group's mode bits.
        return KeyFiles.Read(Path.Combine(directory, name), othersMayRead: true);
    }
}
