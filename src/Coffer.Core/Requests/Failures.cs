using Coffer.Core.Audit;
using Coffer.Core.Storage;
using Coffer.Core.Tokens;
using Microsoft.Extensions.Logging;

namespace Coffer.Core.Requests;

/// <summary>What an exception becomes for the client. Only what an operator can act on is told; the rest is logged under the request's id.</summary>
internal static class Failures
{
    public static Reply ToReply(Exception failure, Request request, ILogger log)
    {
        switch (failure)
        {
            case BarrierSealedException:
                return Reply.Refuse(503, "Vault is sealed");
            case DuplicateTokenException:
                return Reply.BadRequest(failure.Message);
            case TokenRevokedException:
                return Reply.Refuse(403, "permission denied");
            case StorageUnavailableException or StorageFailedException or AuditUnavailableException or AuditFailedException:
                Log.Unavailable(log, request.Id, failure.Message, failure);
                return Reply.Refuse(503, failure.Message);
            case OperationCanceledException:
                return Reply.Refuse(503, "the request was cancelled before it was done");
            case CorruptEntryException:
                Log.Failed(log, request.Id, request.Path, failure);
                return Reply.Refuse(500, $"{failure.Message}: restore it from a snapshot (request {request.Id})");
            default:
                Log.Failed(log, request.Id, request.Path, failure);
                return Reply.Refuse(500, $"internal error (request {request.Id})");
        }
    }
}
