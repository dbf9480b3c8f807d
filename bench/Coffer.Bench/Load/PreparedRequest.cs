using System.Globalization;
using System.Text;

namespace Coffer.Bench.Load;

/// <summary>
/// The bytes of one connection's request, rendered once. Digits in place of <see cref="Counter"/> (16) and <see cref="Key"/> (4) change
/// with every request, so that no write stores what is already there.
/// </summary>
internal sealed class PreparedRequest
{
    public const string Counter = "@@@@@@@@@@@@@@@@";
    public const string Key = "%%%%";
    private const int Keys = 1000;

    private readonly List<int> counters;
    private readonly List<int> keys;
    private long number;

    public PreparedRequest(string method, string path, string? token, string? body, int connection)
    {
        var text = new StringBuilder($"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        if (token is not null)
            text.Append(CultureInfo.InvariantCulture, $"X-Vault-Token: {token}\r\nX-Vault-Request: true\r\n");
        if (body is not null)
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        text.Append("\r\n").Append(body);
        Bytes = Encoding.UTF8.GetBytes(text.ToString());
        counters = Places(Counter);
        keys = Places(Key);
        number = connection * 10_000_000_000L;
        Advance();
    }

    public byte[] Bytes { get; }

    public void Advance()
    {
        if (counters.Count == 0 && keys.Count == 0)
            return;
        number++;
        foreach (var at in counters)
            number.TryFormat(Bytes.AsSpan(at, Counter.Length), out _, "D16", CultureInfo.InvariantCulture);
        foreach (var at in keys)
            (number % Keys).TryFormat(Bytes.AsSpan(at, Key.Length), out _, "D4", CultureInfo.InvariantCulture);
    }

    private List<int> Places(string marker)
    {
        var found = new List<int>();
        var sought = Encoding.ASCII.GetBytes(marker);
        for (var at = Bytes.AsSpan().IndexOf(sought); at >= 0;)
        {
            found.Add(at);
            var next = Bytes.AsSpan(at + sought.Length).IndexOf(sought);
            at = next < 0 ? -1 : at + sought.Length + next;
        }
        return found;
    }
}
