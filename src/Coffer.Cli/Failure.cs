using System.Text.Json;
using Coffer.Client;

namespace Coffer.Cli;

/// <summary>Says what went wrong, where, and what to do about it.</summary>
internal static class Failure
{
    public static int Report(Exception failure)
    {
        switch (failure)
        {
            case LocalException local:
                Terminal.Err.WriteLine($"Error: {local.Message}");
                return local.ExitCode;
            case CofferException { IsUnreachable: true } unreachable:
                Unreachable(unreachable);
                return ExitCode.Local;
            case CofferException refused:
                Refused(refused);
                return ExitCode.Refused;
            case FormatException or ArgumentException or IOException or UnauthorizedAccessException or JsonException:
                Terminal.Err.WriteLine($"Error: {failure.Message}");
                return ExitCode.Local;
            case OperationCanceledException:
                return 130;
            default:
                Terminal.Err.WriteLine($"Error: this is a mistake of coffer's own: {failure}");
                return ExitCode.Local;
        }
    }

    /// <summary>Vault folds several errors into one text with bullets; these are the errors.</summary>
    public static IEnumerable<string> Unfold(IEnumerable<string> errors)
    {
        foreach (string error in errors)
        {
            string[] lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            bool folded = lines is [var first, ..] && (first.EndsWith("error occurred:", StringComparison.Ordinal) || first.EndsWith("errors occurred:", StringComparison.Ordinal));
            if (!folded)
            {
                yield return error.Trim();
                continue;
            }
            foreach (string line in lines.Skip(1))
                yield return line.TrimStart('*', ' ');
        }
    }

    private static void Unreachable(CofferException failure)
    {
        string reason = failure.InnerException is { } inner ? Innermost(inner).Message : "no reply";
        Terminal.Err.WriteLine($"Error: {failure.Method} {failure.Path}: no reply from {Shown(failure.Address)}: {reason}");
        bool tls = failure.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError };
        Terminal.Err.WriteLine(tls
            ? "Fix: name the server's authority with -ca-cert or COFFER_CACERT; if the server speaks plain HTTP, write http:// in the address."
            : "Fix: start the server there, or name another with -address or COFFER_ADDR.");
    }

    private static void Refused(CofferException failure)
    {
        Terminal.Err.WriteLine($"Error: {failure.Method} {failure.Path} at {Shown(failure.Address)}: refused with status {failure.StatusCode}");
        foreach (string error in Unfold(failure.Errors))
            Terminal.Err.WriteLine($"  * {error}");
        if (Fix(failure) is { } fix)
            Terminal.Err.WriteLine($"Fix: {fix}");
    }

    private static string? Fix(CofferException failure)
    {
        string said = string.Join('\n', failure.Errors);
        bool Says(string part) => said.Contains(part, StringComparison.Ordinal);
        return failure.StatusCode switch
        {
            503 when failure.IsSealed => "unseal the server: coffer operator unseal",
            501 => "initialise the server: coffer operator init",
            429 => "wait: the server limits how often it may be asked.",
            404 when Says("no handler for route") => "nothing is mounted there; see: coffer secrets list, coffer auth list",
            400 when Says("check-and-set") => "give the version you mean to replace: -cas=N (0: only if there is none)",
            403 when Says("preflight") => "nothing is mounted there, or your token may not know of it; see: coffer secrets list",
            403 when Says("missing client token") => "log in: coffer login, or set COFFER_TOKEN",
            403 when failure.Path.StartsWith("auth/token/lookup-self", StringComparison.Ordinal) => "the token has ended or is not of this server; log in: coffer login",
            403 when failure.Path == "coffer/policy/explain" => "explaining needs a token that may update coffer/policy/explain.",
            403 => $"log in with a token that may do this, or see why yours may not: coffer policy explain {failure.Path}",
            _ => null,
        };
    }

    private static string Shown(Uri address) => address.GetLeftPart(UriPartial.Path).TrimEnd('/');

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;
}
