using System.Text.Json.Serialization;
using Coffer.Core.Audit;
using Coffer.Core.Audit.Index;
using Coffer.Core.Identity;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Quotas;
using Coffer.Core.SystemApi;
using Coffer.Core.Tokens;

namespace Coffer.Core;

/// <summary>How records lie in the store, below the barrier. Names are never changed; new properties need a default.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(List<Mount>))]
[JsonSerializable(typeof(Mount))]
[JsonSerializable(typeof(IReadOnlyList<Mount>))]
[JsonSerializable(typeof(Token))]
[JsonSerializable(typeof(TokenRole))]
[JsonSerializable(typeof(Lease))]
[JsonSerializable(typeof(Entity))]
[JsonSerializable(typeof(AuthBlock))]
[JsonSerializable(typeof(RateLimit))]
[JsonSerializable(typeof(QuotaConfig))]
[JsonSerializable(typeof(CorsSettings))]
[JsonSerializable(typeof(AuditedHeaders))]
[JsonSerializable(typeof(InstalledVersion))]
[JsonSerializable(typeof(AuditDevice))]
[JsonSerializable(typeof(IndexRow))]
[JsonSerializable(typeof(IndexCursor))]
[JsonSerializable(typeof(LogPresence))]
internal sealed partial class StoredJson : JsonSerializerContext;
