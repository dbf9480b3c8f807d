using System.Text.Json;
using Coffer.Core.Storage;

namespace Coffer.Core.SystemApi;

/// <summary>What health and seal-status both tell of the server and its cluster.</summary>
internal sealed class StatusFields(Barrier barrier, VaultOptions options, IStorage storage)
{
    private string? clusterId;

    public string StorageType => storage.Type;

    public bool IsShared => storage.IsShared;

    public string ApiAddress => options.ApiAddress;

    public void Write(Utf8JsonWriter w, bool isSealed)
    {
        w.WriteString("version"u8, options.ApiVersion);
        if (isSealed || ClusterId() is not { } id) return;
        w.WriteString("cluster_name"u8, options.ClusterName.Length > 0 ? options.ClusterName : "coffer-cluster-" + id[..8]);
        w.WriteString("cluster_id"u8, id);
    }

    // The same on every node and for good, as it comes from the keyring's master.
    private string? ClusterId()
    {
        if (clusterId is not null) return clusterId;
        try
        {
            return clusterId = new Guid(barrier.DeriveKey("cluster id", 16).Span).ToString();
        }
        catch (BarrierSealedException)
        {
            return null;
        }
    }
}
