using System.Collections.Concurrent;

namespace Coffer.Core.Requests;

/// <summary>The requests that are being served: <c>sys/in-flight-req</c>.</summary>
public sealed class InFlight
{
    private readonly ConcurrentDictionary<string, (Exchange Exchange, DateTimeOffset Since)> current = new();

    public int Count => current.Count;

    public IReadOnlyList<(Exchange Exchange, DateTimeOffset Since)> All => [.. current.Values];

    internal Tracked Enter(Exchange exchange, DateTimeOffset now)
    {
        var id = exchange.Request.Id;
        current[id] = (exchange, now);
        return new Tracked(this, id);
    }

    internal readonly struct Tracked(InFlight owner, string id) : IDisposable
    {
        public void Dispose() => owner.current.TryRemove(id, out _);
    }
}
