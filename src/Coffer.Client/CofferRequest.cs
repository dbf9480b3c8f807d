namespace Coffer.Client;

/// <summary>One request, for callers who need what the typed methods do not offer.</summary>
public sealed class CofferRequest
{
    /// <summary>A request of this method and path.</summary>
    /// <param name="method">GET, POST, PUT, PATCH, DELETE or LIST; a LIST travels as a GET with <c>list=true</c>.</param>
    /// <param name="path">The path below <c>/v1/</c>, unescaped.</param>
    public CofferRequest(string method, string path)
    {
        Method = method;
        Path = path;
    }

    /// <summary>The method.</summary>
    public string Method { get; }

    /// <summary>The path below <c>/v1/</c>, unescaped.</summary>
    public string Path { get; }

    /// <summary>Names and values of the query, unescaped.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>The body, or null for none.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The body's content type; JSON, or a merge patch for PATCH, unless set.</summary>
    public string? ContentType { get; init; }

    /// <summary>Overrides the client's wrap TTL; empty asks for no wrapping.</summary>
    public string? WrapTtl { get; init; }

    /// <summary>Overrides the client's token; empty sends none.</summary>
    public string? Token { get; init; }

    /// <summary>Method and path only.</summary>
    public override string ToString() => $"{Method} {Path}";
}
