namespace Coffer.Client;

/// <summary>The server refused a request, or could not be reached.</summary>
public sealed class CofferException : Exception
{
    internal CofferException(string method, string path, Uri address, int status, IReadOnlyList<string> errors, Exception? inner = null)
        : base(Describe(method, path, address, status, errors, inner), inner)
    {
        Method = method;
        Path = path;
        Address = address;
        StatusCode = status;
        Errors = errors;
    }

    /// <summary>The HTTP status, or 0 when no reply came at all.</summary>
    public int StatusCode { get; }

    /// <summary>What the server said, as it said it; empty when it said nothing.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The path below <c>/v1/</c>.</summary>
    public string Path { get; }

    /// <summary>The server's base address.</summary>
    public Uri Address { get; }

    /// <summary>No reply came: the server is down, unreachable, too slow or its certificate is not trusted.</summary>
    public bool IsUnreachable => StatusCode == 0;

    /// <summary>The server is sealed.</summary>
    public bool IsSealed => StatusCode == 503 && Errors.Any(error => error.Contains("sealed", StringComparison.OrdinalIgnoreCase));

    private static string Describe(string method, string path, Uri address, int status, IReadOnlyList<string> errors, Exception? inner)
    {
        string what = status == 0 ? inner?.Message ?? "no reply" : errors.Count == 0 ? $"status {status}" : $"status {status}: {string.Join("; ", errors)}";
        return $"{method} {path} at {address}: {what}";
    }
}
