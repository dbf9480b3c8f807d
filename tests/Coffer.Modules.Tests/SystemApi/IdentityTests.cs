using Coffer.Core.Identity;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Modules.Tests.SystemApi;

public sealed class AnEntity : IAsyncLifetime
{
    private TestVault vault = null!;
    private Entity entity = null!;

    public async ValueTask InitializeAsync()
    {
        vault = await TestVault.OpenAsync();
        entity = await LogInAsync("ann");
    }

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Fact]
    public async Task IsShownByIdAndByName()
    {
        var byId = (await vault.ReadAsync($"identity/entity/id/{entity.Id}")).Json();
        var byName = (await vault.ReadAsync($"identity/entity/name/{entity.Name.ToUpperInvariant()}")).Json();
        Assert.Equal(byId.GetRawText(), byName.GetRawText());
        Assert.Equal((entity.Id, entity.Name), (byId.Text("id"), byId.Text("name")));
        var alias = byId.GetProperty("aliases")[0];
        Assert.Equal(("ann", "auth_x_1", entity.Id), (alias.Text("name"), alias.Text("mount_accessor"), alias.Text("canonical_id")));
    }

    [Fact]
    public async Task IsMadeOnceForAnAlias()
    {
        Assert.Equal(entity.Id, (await LogInAsync("ann")).Id);
        Assert.NotEqual(entity.Id, (await LogInAsync("bob")).Id);
        var counted = (await vault.ReadAsync("sys/internal/counters/entities")).Json().GetProperty("counters").GetProperty("entities");
        Assert.Equal(2, counted.GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task ThatIsNotThereIsNotFound()
    {
        Assert.Equal(404, (await vault.ReadAsync("identity/entity/id/nobody")).Status);
        Assert.Equal(404, (await vault.ReadAsync("identity/entity/name/nobody")).Status);
    }

    private async Task<Entity> LogInAsync(string alias)
    {
        var store = new EntryStore(vault.Storage, vault.Vault.Barrier);
        var transaction = new Transaction(store);
        var made = await new EntityStore(store, TimeProvider.System).ByAliasAsync(transaction, NamespaceId.Root, "auth_x_1", alias);
        Assert.True((await transaction.CommitAsync()).Committed);
        return made;
    }
}
