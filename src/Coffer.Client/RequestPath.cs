using System.Text;

namespace Coffer.Client;

/// <summary>Turns a path and a query into the request's target.</summary>
internal static class RequestPath
{
    /// <exception cref="ArgumentException">The path is empty or has a <c>.</c> or <c>..</c> segment, which HTTP would silently resolve.</exception>
    public static string Render(CofferRequest request)
    {
        var target = new StringBuilder("/v1/");
        bool first = true;
        string path = request.Path.StartsWith('/') ? request.Path[1..] : request.Path;
        if (path.Length == 0)
            throw new ArgumentException("The path is empty.", nameof(request));
        foreach (Range range in path.AsSpan().Split('/'))
        {
            ReadOnlySpan<char> segment = path.AsSpan()[range];
            if (segment is "." or "..")
                throw new ArgumentException($"The path \"{path}\" has a segment \"{segment}\".", nameof(request));
            if (!first)
                target.Append('/');
            target.Append(Uri.EscapeDataString(segment));
            first = false;
        }
        char mark = '?';
        if (request.Method == "LIST")
        {
            target.Append("?list=true");
            mark = '&';
        }
        foreach ((string name, string value) in request.Query)
        {
            target.Append(mark).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
            mark = '&';
        }
        return target.ToString();
    }
}
