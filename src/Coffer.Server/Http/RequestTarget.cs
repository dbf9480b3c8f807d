using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Coffer.Server.Http;

/// <summary>
/// The target of a request line, decoded exactly once. Policies decide on the very text that engines see, so a path that is not canonical
/// (empty, <c>.</c> or <c>..</c> segments, however they were written) is never served: it gives the place to look at instead.
/// </summary>
internal readonly record struct RequestTarget
{
    private static readonly SearchValues<char> NeedsCare = SearchValues.Create("%\u007f");
    private static readonly SearchValues<byte> PlainInLocation =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@"u8);

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Decoded, with the slash in front.</summary>
    public string Path { get; private init; }

    /// <summary>As it was sent, without the question mark.</summary>
    public string Query { get; private init; }

    /// <summary>Where a path that is not canonical should have gone, fit for a <c>Location</c> header; null for a canonical one.</summary>
    public string? Redirect { get; private init; }

    /// <summary>False for what is no path at all, or holds encodings that are none.</summary>
    public static bool TryParse(string raw, out RequestTarget target)
    {
        target = default;
        if (!raw.StartsWith('/') && !TryDropAuthority(ref raw)) return false;
        var mark = raw.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? raw : raw[..mark];
        var query = mark < 0 ? "" : raw[(mark + 1)..];
        if (path.AsSpan().ContainsAny(NeedsCare) || path.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            if (!TryDecode(path, plus: false, out var decoded)) return false;
            path = decoded;
            foreach (var c in path)
            {
                if (char.IsControl(c)) return false;
            }
        }
        var redirect = IsCanonical(path) ? null : Escape(Canonical(path)) + (mark < 0 ? "" : raw[mark..]);
        if (redirect is not null && redirect.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        target = new RequestTarget { Path = path, Query = query, Redirect = redirect };
        return true;
    }

    /// <summary>The query's pairs; false if an encoding is none.</summary>
    public bool TryParseQuery(out IReadOnlyList<KeyValuePair<string, string>> pairs) => TryParseForm(Query, out pairs);

    /// <summary>Pairs in the encoding of HTML forms, which queries share.</summary>
    public static bool TryParseForm(string text, out IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        pairs = [];
        if (text.Length == 0) return true;
        var found = new List<KeyValuePair<string, string>>();
        foreach (var range in text.AsSpan().Split('&'))
        {
            var pair = text[range];
            if (pair.Length == 0) continue;
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (!TryDecode(at < 0 ? pair : pair[..at], plus: true, out var name)) return false;
            var value = "";
            if (at >= 0 && !TryDecode(pair[(at + 1)..], plus: true, out value!)) return false;
            found.Add(new(name, value));
        }
        pairs = found;
        return true;
    }

    private static bool TryDropAuthority(ref string raw)
    {
        var at = raw.IndexOf("://", StringComparison.Ordinal);
        if (at <= 0) return false;
        var slash = raw.IndexOf('/', at + 3);
        raw = slash < 0 ? "/" : raw[slash..];
        return true;
    }

    private static bool TryDecode(string text, bool plus, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        if (text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return false;
        var bytes = ArrayPool<byte>.Shared.Rent(text.Length);
        try
        {
            var length = 0;
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                if (c == '%')
                {
                    if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return false;
                    bytes[length++] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                    i += 2;
                }
                else
                {
                    bytes[length++] = c == '+' && plus ? (byte)' ' : (byte)c;
                }
            }
            if (bytes.AsSpan(0, length).Contains((byte)0)) return false;
            decoded = Strict.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes, clearArray: true);
        }
    }

    private static bool IsCanonical(string path)
    {
        for (var slash = 0; slash >= 0;)
        {
            var next = path.IndexOf('/', slash + 1);
            var segment = path.AsSpan(slash + 1, (next < 0 ? path.Length : next) - slash - 1);
            if (segment is "." or ".." || (segment.IsEmpty && next >= 0)) return false;
            slash = next;
        }
        return true;
    }

    private static string Canonical(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment == ".." && kept.Count > 0) kept.RemoveAt(kept.Count - 1);
            else if (segment is not ("" or "." or "..")) kept.Add(segment);
        }
        var clean = "/" + string.Join('/', kept);
        return path.EndsWith('/') && clean.Length > 1 ? clean + "/" : clean;
    }

    private static string Escape(string path)
    {
        var text = new StringBuilder(path.Length);
        foreach (var b in Encoding.UTF8.GetBytes(path))
        {
            if (PlainInLocation.Contains(b)) text.Append((char)b);
            else text.Append('%').Append(b.ToString("X2", null));
        }
        return text.ToString();
    }
}
