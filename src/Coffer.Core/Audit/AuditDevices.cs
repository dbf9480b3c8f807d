using System.Text.Json;
using Coffer.Core.Requests;
using Coffer.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Coffer.Core.Audit;

/// <summary>The enabled audit devices, as they are stored; every node follows them with sinks of its own.</summary>
public sealed class AuditDevices(EntryStore store, AuditTrail trail, AuditSinkFactory factory, ILogger log)
    : IChangeListener, IDisposable
{
    private const string Prefix = "core/audit-device/";
    private readonly Dictionary<string, AuditDevice> running = [];
    private readonly SemaphoreSlim gate = new(1, 1);

    public static EntryKey Key(string path) => new(NamespaceId.Root, Prefix + path);

    public async ValueTask<IReadOnlyList<AuditDevice>> ListAsync(CancellationToken cancel) =>
        [.. (await store.ScanAsync(NamespaceId.Root, Prefix, null, int.MaxValue, cancel)).Select(e => Parse(e.Value))];

    public static async ValueTask<AuditDevice?> ReadAsync(Transaction transaction, string path) =>
        await transaction.GetAsync(Key(path)) is { } entry ? Parse(entry.Value) : null;

    /// <summary>Stores a device that works: its sink is made once on trial.</summary>
    /// <exception cref="AuditOptionException">It can't be made.</exception>
    public async ValueTask AddAsync(Transaction transaction, AuditDevice device)
    {
        var (sink, _) = factory(device);
        await sink.DisposeAsync();
        transaction.Put(Key(device.Path), JsonSerializer.SerializeToUtf8Bytes(device, StoredJson.Default.AuditDevice));
    }

    /// <summary>Brings the sinks into line with what is stored. A device that can't be opened here is reported and left out.</summary>
    public async ValueTask LoadAsync(CancellationToken cancel)
    {
        if (trail.Sinks is not { } sinks) return;
        await gate.WaitAsync(cancel);
        try
        {
            var stored = (await ListAsync(cancel)).ToDictionary(d => d.Path);
            foreach (var path in running.Keys.Where(p => !stored.TryGetValue(p, out var d) || !d.Salt.AsSpan().SequenceEqual(running[p].Salt)).ToList())
            {
                running.Remove(path);
                await sinks.RemoveAsync(path);
            }
            foreach (var device in stored.Values.Where(d => !running.ContainsKey(d.Path)))
            {
                try
                {
                    var (sink, queue) = factory(device);
                    if (sinks.TryAdd(device.Path, sink, queue)) running[device.Path] = device;
                }
                catch (AuditOptionException e)
                {
                    Log.DeviceNotOpened(log, device.Path, e.Message);
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    /// <summary>The trail is closed, and its sinks with it.</summary>
    public void Clear() => running.Clear();

    public async ValueTask ChangedAsync(IReadOnlyCollection<EntryKey> keys)
    {
        if (keys.Any(k => k.Path.StartsWith(Prefix, StringComparison.Ordinal))) await LoadAsync(CancellationToken.None);
    }

    public ValueTask ResetAsync() => LoadAsync(CancellationToken.None);

    private static AuditDevice Parse(byte[] json) => JsonSerializer.Deserialize(json, StoredJson.Default.AuditDevice)!;
}
