using System.Collections.Concurrent;

namespace Coffer.Core.Requests;

/// <summary>The requests that are being served: <c>sys/in-flight-req</c>.</summary>
public sealed class InFlight
{
    private readonly ConcurrentDictionary<string, (Request Request, DateTimeOffset Since)> current = new();

    public int Count => current.Count;

    public IReadOnlyList<(Request Request, DateTimeOffset Since)> All => [.. current.Values];

    internal Tracked Enter(Request request, DateTimeOffset now)
    {
        current[request.Id] = (request, now);
        return new Tracked(this, request.Id);
    }

    internal readonly struct Tracked(InFlight owner, string id) : IDisposable
    {
        public void Dispose() => owner.current.TryRemove(id, out _);
    }
}
