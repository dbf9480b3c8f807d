using System.Buffers.Binary;
using Coffer.Core.Storage;

namespace Coffer.Core;

/// <summary>The newest term, when it was installed, and about how often it has encrypted (all nodes, as far as they have said).</summary>
public sealed record KeyStatus(long Term, DateTimeOffset InstallTime, long Encryptions);

/// <summary>
/// When the barrier rotates by itself: after <paramref name="MaxOperations"/> encryptions, and after <paramref name="Interval"/> if
/// that is above zero. Where not <paramref name="Enabled"/>, only just before a key may encrypt no more.
/// </summary>
public sealed record RotationConfig(long MaxOperations, TimeSpan Interval, bool Enabled)
{
    public const long LeastOperations = 1_000_000;
    public const long MostOperations = 3_865_470_566;
    public static readonly TimeSpan LeastInterval = TimeSpan.FromHours(24);
    public static readonly RotationConfig Default = new(MostOperations, TimeSpan.Zero, true);

    private const int Size = 17;

    internal byte[] Write()
    {
        var value = new byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(value, MaxOperations);
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(8), (long)Interval.TotalSeconds);
        value[16] = Enabled ? (byte)1 : (byte)0;
        return value;
    }

    internal static RotationConfig? Read(ReadOnlySpan<byte> value) => value.Length != Size ? null : new RotationConfig(
        BinaryPrimitives.ReadInt64BigEndian(value), TimeSpan.FromSeconds(BinaryPrimitives.ReadInt64BigEndian(value[8..])), value[16] == 1);
}

// NIST SP 800-38D, 8.3: with random 96-bit nonces at most 2^32 encryptions under one key. They are counted, and the key rotated before.
public sealed partial class Barrier
{
    /// <summary>How often <see cref="RunAsync"/> writes the count down: what a crash may leave uncounted.</summary>
    public static readonly TimeSpan CountInterval = TimeSpan.FromMinutes(1);

    private const long Limit = 1L << 32;
    private const int UseSize = 12;

    private static readonly EntryKey UseKey = new(NamespaceId.Root, "core/keyring-use");
    internal static readonly EntryKey RotationKey = new(NamespaceId.Root, "core/rotation");

    private TermUse use = new(0, 0);

    /// <exception cref="BarrierSealedException"/>
    public KeyStatus Status
    {
        get
        {
            var ring = Enter();
            try
            {
                var current = Volatile.Read(ref use);
                var active = ring.Active;
                return new KeyStatus(active.Term, active.Installed, current.Term == active.Term ? current.Total : 0);
            }
            finally
            {
                ring.Leave();
            }
        }
    }

    /// <exception cref="BarrierSealedException"/>
    public async ValueTask<RotationConfig> ReadRotationAsync(CancellationToken cancel = default)
    {
        if (IsSealed)
            throw new BarrierSealedException();
        if (await storage.GetAsync(RotationKey, cancel) is not { } entry)
            return RotationConfig.Default;
        var value = await DecryptCurrentAsync(entry, cancel);
        return RotationConfig.Read(value) ?? throw new CorruptEntryException(RotationKey);
    }

    /// <exception cref="BarrierSealedException"/>
    public async ValueTask WriteRotationAsync(RotationConfig config, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(config.MaxOperations, RotationConfig.LeastOperations, nameof(config));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(config.MaxOperations, RotationConfig.MostOperations, nameof(config));
        if (config.Interval != TimeSpan.Zero)
            ArgumentOutOfRangeException.ThrowIfLessThan(config.Interval, RotationConfig.LeastInterval, nameof(config));
        await storage.CommitAsync(new Batch().Put(RotationKey, Encrypt(RotationKey, config.Write())), cancel);
    }

    /// <summary>Writes the count of encryptions down and rotates where it is time. Does nothing while sealed.</summary>
    public async ValueTask MaintainAsync(CancellationToken cancel = default)
    {
        await change.WaitAsync(cancel);
        try
        {
            if (IsSealed)
                return;
            await SaveUseAsync(cancel);
            var config = await ReadRotationAsync(cancel);
            var status = Status;
            var most = config.Enabled ? config.MaxOperations : RotationConfig.MostOperations;
            var old = config.Enabled && config.Interval > TimeSpan.Zero && clock.GetUtcNow() - status.InstallTime >= config.Interval;
            if (old || status.Encryptions >= most)
                await RotateInsideAsync((uint)status.Term, cancel);
        }
        catch (BarrierSealedException)
        {
            // Sealed under our hands: nothing is left to maintain.
        }
        finally
        {
            change.Release();
        }
    }

    /// <summary>Maintains until cancelled. What fails is told to <paramref name="failed"/> and tried again: counts are kept meanwhile.</summary>
    public async Task RunAsync(Action<Exception> failed, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(CountInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
            {
                try
                {
                    await MaintainAsync(cancel);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    failed(failure);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private void Count(uint term)
    {
        var current = Volatile.Read(ref use);
        while (current.Term < term)
        {
            var fresh = new TermUse(term, 0);
            var seen = Interlocked.CompareExchange(ref use, fresh, current);
            current = ReferenceEquals(seen, current) ? fresh : seen;
        }

        if (current.Add() > Limit)
            throw new KeyExhaustedException(term);
    }

    private async ValueTask SaveUseAsync(CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var entry = await storage.GetAsync(UseKey, cancel);
            var saved = entry is null ? null : await DecryptCurrentAsync(entry, cancel);
            var current = Volatile.Read(ref use);
            var unsaved = current.Unsaved;
            var (term, before) = ParseUse(saved);
            if (unsaved == 0 || term > current.Term)
                return;
            var total = term == current.Term ? before + unsaved + 1 : unsaved + 1;
            var value = new byte[UseSize];
            BinaryPrimitives.WriteUInt32BigEndian(value, current.Term);
            BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(4), total);
            var batch = new Batch().Require(UseKey, entry?.Version ?? Check.Absent).Put(UseKey, Encrypt(UseKey, value));
            if (!(await storage.CommitAsync(batch, cancel)).Committed)
                continue;
            current.Saved(unsaved + 1, total);
            return;
        }
    }

    private async ValueTask<byte[]> DecryptCurrentAsync(Entry entry, CancellationToken cancel)
    {
        try
        {
            return Decrypt(entry);
        }
        catch (UnknownTermException)
        {
            var stored = await storage.GetManyAsync([KeyringKey, RootKeyKey], cancel);
            Update(ring => Follow(ring, stored));
            return Decrypt(entry);
        }
    }

    private void ReadUse(Entry? entry)
    {
        (uint Term, long Total) saved = default;
        try
        {
            saved = ParseUse(entry is null ? null : Decrypt(entry));
        }
        catch (Exception refusal) when (refusal is CorruptEntryException or UnknownTermException or BarrierSealedException)
        {
            // The count starts anew; a key that can be read matters more than how often it was used.
        }

        Volatile.Write(ref use, new TermUse(saved.Term, saved.Total));
    }

    private static (uint Term, long Total) ParseUse(byte[]? value) => value?.Length == UseSize
        ? (BinaryPrimitives.ReadUInt32BigEndian(value), BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(4)))
        : default;

    private sealed class TermUse(uint term, long total)
    {
        private long saved = total;
        private long unsaved;

        public uint Term => term;

        public long Unsaved => Interlocked.Read(ref unsaved);

        public long Total => Interlocked.Read(ref saved) + Unsaved;

        public long Add() => Interlocked.Increment(ref unsaved) + Interlocked.Read(ref saved);

        public void Saved(long count, long newTotal)
        {
            Interlocked.Exchange(ref saved, newTotal);
            Interlocked.Add(ref unsaved, -count);
        }
    }
}
