using Coffer.Core.Policies;
using Coffer.Core.Requests;
using Coffer.Core.Tokens;

namespace Coffer.Core.SystemApi;

/// <summary>Whether who calls an open path sent a token that may do more there: one with sudo on it, as root has.</summary>
internal sealed class Privilege(TokenStore tokens, PolicyStore policies)
{
    public async ValueTask<bool> HasAsync(Call call)
    {
        var request = call.Request;
        if (string.IsNullOrEmpty(request.Token)) return false;
        var token = await tokens.FindAsync(request.Namespace, request.Token, call.Cancel);
        // A token of limited use would have to be used up, which an open path does not do.
        if (token is not { NumUses: 0 } || !TokenStore.IsFrom(token, request.Client)) return false;
        var acl = await policies.AclOfAsync(token, call.Cancel);
        var needed = request.Operation switch
        {
            Operation.Read => Capability.Read,
            Operation.Delete => Capability.Delete,
            _ => Capability.Update,
        };
        return acl.Decide(new AclRequest(request.Path, needed) { NeedsSudo = true }).Allowed;
    }
}
