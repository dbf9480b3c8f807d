using Coffer.Core.Seals;
using Coffer.Core.Storage;
using Coffer.Modules.Seals.KeyFile;
using Coffer.Modules.Seals.Shamir;
using Coffer.Modules.Storage.Sqlite;
using Coffer.TestKit;
using Microsoft.Extensions.Time.Testing;
using Barrier = Coffer.Core.Barrier;

namespace Coffer.Modules.Tests.Seals;

/// <summary>A storage with one entry behind the barrier, and keyholders that come and go as a server that restarts.</summary>
internal sealed class Vault : IAsyncDisposable
{
    private static readonly EntryKey Place = new(NamespaceId.Root, "logical/x");

    private readonly TempDirectory directory = new();
    private readonly SqliteStorage storage;

    private Vault(SqliteStorage storage) => this.storage = storage;

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public IStorage Storage => storage;

    public ISeal Shamir { get; } = new ShamirSeal();

    public ISeal KeyFile => new KeyFileSeal(directory.File("seal.key"), create: true);

    public Barrier Barrier { get; private set; } = null!;

    public Keyholder Keys { get; private set; } = null!;

    public static async Task<Vault> CreateAsync(bool unattended = false)
    {
        var vault = new Vault(await SqliteStorage.OpenAsync(null));
        vault.Start(unattended ? vault.KeyFile : vault.Shamir);
        return vault;
    }

    /// <summary>A new process over the same storage, with the first of the seals configured.</summary>
    public void Start(params ISeal[] seals)
    {
        Keys?.Dispose();
        Barrier?.Dispose();
        Barrier = new Barrier(storage, Clock);
        Keys = new Keyholder(storage, Barrier, Clock, seals);
    }

    public async Task<IReadOnlyList<byte[]>> InitializeAsync(int shares, int threshold)
    {
        var unattended = (await Keys.StatusAsync()).RecoverySeal;
        var request = unattended ? new InitShares(0, 0, shares, threshold) : new InitShares(shares, threshold, 0, 0);
        var made = await Keys.InitializeAsync(request, async cancel =>
            await storage.CommitAsync(new Batch().Put(Place, Barrier.Encrypt(Place, "held"u8)), cancel));
        Assert.Null(made.Refusal);
        return unattended ? made.Value!.Recovery : made.Value!.Secret;
    }

    public async Task<Outcome<SealStatus>> SubmitAsync(IEnumerable<byte[]> shares, bool migrate = false)
    {
        Outcome<SealStatus> last = default;
        foreach (var share in shares)
            last = await Keys.SubmitShareAsync(Convert.ToHexString(share), migrate);
        return last;
    }

    public async Task<bool> HoldsItsEntryAsync() =>
        !Keys.IsSealed && Barrier.Decrypt((await storage.GetAsync(Place))!).AsSpan().SequenceEqual("held"u8);

    public async ValueTask DisposeAsync()
    {
        Keys.Dispose();
        Barrier.Dispose();
        await storage.DisposeAsync();
        directory.Dispose();
    }
}
