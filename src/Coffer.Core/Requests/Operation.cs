namespace Coffer.Core.Requests;

/// <summary>What a request asks of a path; Vault's words, as they stand in audit records.</summary>
public enum Operation
{
    Read,
    Create,
    Update,
    Patch,
    Delete,
    List,
    Help,
}

public static class OperationNames
{
    /// <summary>The name in audit records and policies' explanations: <c>read</c>, <c>create</c>, …</summary>
    public static string Name(this Operation operation) => operation switch
    {
        Operation.Read => "read",
        Operation.Create => "create",
        Operation.Update => "update",
        Operation.Patch => "patch",
        Operation.Delete => "delete",
        Operation.List => "list",
        _ => "help",
    };

    /// <summary>Whether the operation may change something, and so runs as a transaction with the read set checked at commit.</summary>
    public static bool Changes(this Operation operation) =>
        operation is Operation.Create or Operation.Update or Operation.Patch or Operation.Delete;
}
