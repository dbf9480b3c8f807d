using Coffer.Core.Identity;
using Coffer.Core.Leases;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;

namespace Coffer.Core.SystemApi;

/// <summary>How many leases, tokens and entities are stored, asked of the storage: nothing is kept for it.</summary>
internal sealed class EntryCounts(EntryStore store)
{
    public ValueTask<long> LeasesAsync(NamespaceId space, CancellationToken cancel) => store.Storage.CountAsync(space, LeaseStore.Prefix, cancel);

    public ValueTask<long> TokensAsync(NamespaceId space, CancellationToken cancel) => store.Storage.CountAsync(space, TokenKeys.TokenPrefix, cancel);

    public ValueTask<long> EntitiesAsync(NamespaceId space, CancellationToken cancel) =>
        store.Storage.CountAsync(space, EntityStore.EntityPrefix, cancel);
}
