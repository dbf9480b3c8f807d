using System.Security.Cryptography;
using Coffer.Core.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Coffer.Core.Tests.Barriers;

public sealed class BarrierTests : IDisposable
{
    private static readonly EntryKey Place = new(NamespaceId.Root, "logical/a/secret");
    private static readonly CancellationToken Cancel = CancellationToken.None;

    private readonly MemoryStorage storage = new();
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly byte[] root = RandomNumberGenerator.GetBytes(32);
    private readonly Barrier barrier;

    public BarrierTests() => barrier = new Barrier(storage, clock);

    public void Dispose() => barrier.Dispose();

    [Fact]
    public async Task DecryptsWhatItEncrypted()
    {
        await OpenAsync();
        var value = barrier.Encrypt(Place, "plain"u8);
        Assert.Equal(5 + Barrier.Overhead, value.Length);
        Assert.Equal("plain"u8, barrier.Decrypt(new Entry(Place, value, 1)));
        Assert.NotEqual(value, barrier.Encrypt(Place, "plain"u8));
        Assert.Empty(barrier.Decrypt(new Entry(Place, barrier.Encrypt(Place, []), 1)));
    }

    [Fact]
    public async Task RefusesEveryFlippedBitAndEveryTruncation()
    {
        await OpenAsync();
        var value = barrier.Encrypt(Place, "plain"u8);
        for (var bit = 0; bit < value.Length * 8; bit++)
        {
            var changed = value.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var refusal = Assert.ThrowsAny<Exception>(() => barrier.Decrypt(new Entry(Place, changed, 1)));
            Assert.True(refusal is CorruptEntryException or UnknownTermException, refusal.GetType().Name);
        }

        for (var length = 0; length < value.Length; length++)
            Assert.Throws<CorruptEntryException>(() => barrier.Decrypt(new Entry(Place, value.AsMemory(0, length), 1)));
    }

    [Fact]
    public async Task RefusesAValueMovedToAnotherKeyOrNamespaceAndNamesTheKeyOnly()
    {
        await OpenAsync();
        var value = barrier.Encrypt(Place, "plain"u8);
        var elsewhere = Place with { Path = "logical/a/secreu" };
        var refusal = Assert.Throws<CorruptEntryException>(() => barrier.Decrypt(new Entry(elsewhere, value, 1)));
        Assert.Contains(elsewhere.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Throws<CorruptEntryException>(() => barrier.Decrypt(new Entry(Place with { Namespace = new NamespaceId(1) }, value, 1)));
        var old = barrier.Encrypt(Place, "plain"u8);
        await barrier.RotateAsync(Cancel);
        old[4] = 2;
        Assert.Throws<CorruptEntryException>(() => barrier.Decrypt(new Entry(Place, old, 1)));
    }

    [Fact]
    public async Task LongPathsAreBound()
    {
        await OpenAsync();
        var place = new EntryKey(NamespaceId.Root, new string('é', 5000));
        var value = barrier.Encrypt(place, "plain"u8);
        Assert.Equal("plain"u8, barrier.Decrypt(new Entry(place, value, 1)));
        Assert.Throws<CorruptEntryException>(() => barrier.Decrypt(new Entry(place with { Path = place.Path + "é" }, value, 1)));
    }

    [Fact]
    public async Task OpensOnlyWithItsRootKey()
    {
        await Assert.ThrowsAsync<InitializationException>(async () => await barrier.UnsealAsync(root, Cancel));
        await barrier.InitializeAsync(root, null, Cancel);
        await Assert.ThrowsAsync<InitializationException>(async () => await barrier.InitializeAsync(root, null, Cancel));
        await Assert.ThrowsAsync<WrongKeyException>(async () => await barrier.UnsealAsync(new byte[32], Cancel));
        Assert.True(barrier.IsSealed);
        await barrier.UnsealAsync(root, Cancel);
        Assert.False(barrier.IsSealed);
    }

    [Fact]
    public async Task SealedRefusesEverything()
    {
        await OpenAsync();
        var value = barrier.Encrypt(Place, "plain"u8);
        barrier.Seal();
        Assert.True(barrier.IsSealed);
        Assert.Throws<BarrierSealedException>(() => barrier.Encrypt(Place, "plain"u8));
        Assert.Throws<BarrierSealedException>(() => barrier.Decrypt(new Entry(Place, value, 1)));
        Assert.Throws<BarrierSealedException>(() => barrier.Hash("x"u8));
        Assert.Throws<BarrierSealedException>(() => barrier.DeriveKey("audit", 32));
        Assert.Throws<BarrierSealedException>(() => barrier.Status);
        await Assert.ThrowsAsync<BarrierSealedException>(async () => await barrier.RotateAsync(Cancel));
        await Assert.ThrowsAsync<BarrierSealedException>(async () => await barrier.ReloadAsync(Cancel));
        await barrier.MaintainAsync(Cancel);
    }

    [Fact]
    public async Task RotationKeepsOldValuesHashesAndDerivedKeys()
    {
        await OpenAsync();
        var value = barrier.Encrypt(Place, "old"u8);
        var hash = barrier.Hash("token"u8);
        var key = barrier.DeriveKey("audit", 48).ToArray();
        clock.Advance(TimeSpan.FromDays(1));
        var status = await barrier.RotateAsync(Cancel);
        Assert.Equal(2, status.Term);
        Assert.Equal(clock.GetUtcNow(), status.InstallTime);
        Assert.Equal(2, barrier.Encrypt(Place, "new"u8)[4]);
        barrier.Seal();
        await barrier.UnsealAsync(root, Cancel);
        Assert.Equal(status.InstallTime, barrier.Status.InstallTime);
        Assert.Equal("old"u8, barrier.Decrypt(new Entry(Place, value, 1)));
        Assert.Equal(hash, barrier.Hash("token"u8));
        Assert.Equal(key, barrier.DeriveKey("audit", 48).ToArray());
        Assert.NotEqual(key, barrier.DeriveKey("batch", 48).ToArray());
    }

    [Fact]
    public async Task AnotherNodeFollowsARotationAndANewRootKey()
    {
        await OpenAsync();
        using var other = new Barrier(storage, clock);
        await other.UnsealAsync(root, Cancel);
        await other.RotateAsync(Cancel);
        var value = other.Encrypt(Place, "new"u8);
        Assert.Equal(2, Assert.Throws<UnknownTermException>(() => barrier.Decrypt(new Entry(Place, value, 1))).Term);
        await barrier.ReloadAsync(Cancel);
        Assert.Equal("new"u8, barrier.Decrypt(new Entry(Place, value, 1)));

        var newRoot = RandomNumberGenerator.GetBytes(32);
        Assert.True(await other.RewrapAsync(newRoot, null, Cancel));
        await barrier.ReloadAsync(Cancel);
        await barrier.RotateAsync(Cancel);
        Assert.Equal(3, barrier.Status.Term);
        barrier.Seal();
        await Assert.ThrowsAsync<WrongKeyException>(async () => await barrier.UnsealAsync(root, Cancel));
        await barrier.UnsealAsync(newRoot, Cancel);
        Assert.Equal("new"u8, barrier.Decrypt(new Entry(Place, value, 1)));
    }

    [Fact]
    public async Task AForeignKeyringSealsIt()
    {
        await OpenAsync();
        var foreign = new MemoryStorage();
        using var stranger = new Barrier(foreign, clock);
        var key = RandomNumberGenerator.GetBytes(32);
        await stranger.InitializeAsync(key, null, Cancel);
        Assert.False(barrier.Opens(foreign.Entries[Barrier.KeyringKey]));
        Assert.True(barrier.Opens(storage.Entries[Barrier.KeyringKey]));
        await storage.CommitAsync(new Batch().Put(Barrier.KeyringKey, foreign.Entries[Barrier.KeyringKey].Value), Cancel);
        await Assert.ThrowsAsync<WrongKeyException>(async () => await barrier.ReloadAsync(Cancel));
        Assert.True(barrier.IsSealed);
    }

    [Fact]
    public async Task CountsEncryptionsAcrossRestartsAndRotatesInTime()
    {
        await OpenAsync();
        await barrier.WriteRotationAsync(new RotationConfig(RotationConfig.LeastOperations, TimeSpan.Zero, true), Cancel);
        for (var i = 0; i < 600_000; i++)
            barrier.Hash([]);
        for (var i = 0; i < 500_000; i++)
            barrier.Encrypt(Place, []);
        await barrier.MaintainAsync(Cancel);
        barrier.Seal();
        await barrier.UnsealAsync(root, Cancel);
        Assert.InRange(barrier.Status.Encryptions, 500_000, 500_010);
        for (var i = 0; i < 500_000; i++)
            barrier.Encrypt(Place, []);
        Assert.Equal(1, barrier.Status.Term);
        await barrier.MaintainAsync(Cancel);
        Assert.Equal(2, barrier.Status.Term);
        Assert.Equal(0, barrier.Status.Encryptions);
    }

    [Fact]
    public async Task RotatesWhenTheIntervalIsOver()
    {
        await OpenAsync();
        await barrier.WriteRotationAsync(RotationConfig.Default with { Interval = TimeSpan.FromHours(24) }, Cancel);
        clock.Advance(TimeSpan.FromHours(23));
        await barrier.MaintainAsync(Cancel);
        Assert.Equal(1, barrier.Status.Term);
        clock.Advance(TimeSpan.FromHours(1));
        await barrier.MaintainAsync(Cancel);
        Assert.Equal(2, barrier.Status.Term);
    }

    [Fact]
    public async Task ManyThreadsGetTheirOwnAnswersWhileItRotatesAndIsSealed()
    {
        await OpenAsync();
        using var stop = new CancellationTokenSource();
        var done = 0;
        var workers = Enumerable.Range(0, 4).Select(number => Task.Factory.StartNew(() =>
        {
            var place = Place with { Path = $"logical/{number}" };
            var plain = new byte[1 + (number * 100)];
            Array.Fill(plain, (byte)number);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    Assert.Equal(plain, barrier.Decrypt(new Entry(place, barrier.Encrypt(place, plain), 1)));
                    Assert.Equal(barrier.Hash(plain), barrier.Hash(plain));
                    Interlocked.Increment(ref done);
                }
                catch (BarrierSealedException)
                {
                    Thread.Sleep(1);
                }
            }
        }, Cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        for (var i = 0; i < 30; i++)
        {
            await Task.Delay(5, Cancel);
            await barrier.RotateAsync(Cancel);
            barrier.Seal();
            await barrier.UnsealAsync(root, Cancel);
        }

        await stop.CancelAsync();
        await Task.WhenAll(workers);
        Assert.True(done > 100);
    }

    private async Task OpenAsync()
    {
        await barrier.InitializeAsync(root, null, Cancel);
        await barrier.UnsealAsync(root, Cancel);
    }
}
