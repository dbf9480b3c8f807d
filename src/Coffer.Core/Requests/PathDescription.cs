namespace Coffer.Core.Requests;

/// <summary>Carries out one operation. It may run again from the start if its commit met a conflict, so it does nothing outside.</summary>
public delegate ValueTask<Reply> Handler(Call call);

/// <summary>
/// One path of an engine and what it can do. The table of these is all that the pipeline, the OpenAPI document and help know of an
/// engine.
/// </summary>
/// <param name="pattern">
/// Relative to the mount: literal segments, <c>{name}</c> for one segment, <c>{name*}</c> for all the rest (also nothing, and
/// with slashes); literal segments may follow it. The first pattern that fits wins; literals before captures is the caller's order.
/// </param>
public sealed class PathDescription(string pattern)
{
    public string Pattern { get; } = pattern;

    /// <summary>One line for help and OpenAPI.</summary>
    public required string Summary { get; init; }

    public string? Description { get; init; }

    public IReadOnlyList<Field> Fields { get; init; } = [];

    public Handler? Read { get; init; }

    public Handler? List { get; init; }

    /// <summary>Serves create and update; with <see cref="Exists"/> the two need different capabilities.</summary>
    public Handler? Write { get; init; }

    public Handler? Patch { get; init; }

    public Handler? Delete { get; init; }

    /// <summary>Answers whether the target of a write exists; only the policy sees the answer.</summary>
    public Func<Call, ValueTask<bool>>? Exists { get; init; }

    /// <summary>Served without a token and without asking the policies.</summary>
    public bool Unauthenticated { get; init; }

    /// <summary>Whether this request is served so, though the path as such is not: metrics, where the operator has opened them.</summary>
    internal Func<Request, bool>? UnauthenticatedFor { get; init; }

    /// <summary>Needs the <c>sudo</c> capability too.</summary>
    public bool Sudo { get; init; }

    /// <summary>Served while the barrier is sealed or not initialised.</summary>
    public bool WhileSealed { get; init; }

    /// <summary>Takes an <see cref="Request.Upload"/> instead of a JSON body.</summary>
    public bool TakesUpload { get; init; }

    /// <summary>
    /// Changes, maybe by commits of its own, what every node must obey before it is acknowledged: the pipeline waits for every node after it.
    /// </summary>
    public bool Everywhere { get; init; }

    /// <summary>Body fields whose values are not fit for the audit trail even as HMACs (unseal shares).</summary>
    public bool HideBody { get; init; }

    /// <summary>
    /// Its writes take effect without the operation's commit (a rekey, a rotation): the request is in the trail before it runs.
    /// </summary>
    public bool ActsOutside { get; init; }

    /// <summary>Replies of which the audit trail has only that they were given: they are parts of the trail themselves.</summary>
    public bool HideReply { get; init; }

    /// <summary>Not in the audit trail, and so served while the trail is not: probes and metrics.</summary>
    public bool Unaudited { get; init; }

    internal bool IsOpenTo(Request request) => Unauthenticated || UnauthenticatedFor?.Invoke(request) == true;

    internal Handler? For(Operation operation) => operation switch
    {
        Operation.Read => Read,
        Operation.List => List,
        Operation.Create or Operation.Update => Write,
        Operation.Patch => Patch,
        Operation.Delete => Delete,
        _ => null,
    };
}
