using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Tokens;

namespace Coffer.Core.Requests;

/// <summary>What the pipeline has found out about a request so far: all that the audit trail tells of it.</summary>
public sealed class Exchange(Request request)
{
    public Request Request { get; } = request;

    public Mounted? Mounted { get; set; }

    public PathMatch? Match { get; set; }

    public Token? Token { get; set; }

    public Acl? Acl { get; set; }

    public Decision? Decision { get; set; }

    /// <summary>The request record is in the trail: the response record follows alone.</summary>
    public bool RequestAudited { get; set; }

    public override string ToString() => Request.ToString();
}
