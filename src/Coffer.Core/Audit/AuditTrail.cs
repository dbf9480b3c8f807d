using Coffer.Core.Requests;

namespace Coffer.Core.Audit;

/// <summary>Where the pipeline tells of requests and replies.</summary>
public sealed class AuditTrail
{
    public ValueTask RequestAsync(Exchange exchange) => ValueTask.CompletedTask;

    public ValueTask ResponseAsync(Exchange exchange, Reply reply) => ValueTask.CompletedTask;
}
