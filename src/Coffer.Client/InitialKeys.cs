using System.Text.Json;

namespace Coffer.Client;

/// <summary>What an initialisation gives out, once.</summary>
public sealed class InitialKeys
{
    internal InitialKeys(JsonElement reply)
    {
        Raw = reply;
        Keys = Secret.Texts(reply, "keys_base64");
        RecoveryKeys = Secret.Texts(reply, "recovery_keys_base64");
        RootToken = Secret.Text(reply, "root_token");
    }

    /// <summary>The unseal key shares, base64. Secret.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The recovery key shares of a server that unseals itself, base64. Secret.</summary>
    public IReadOnlyList<string> RecoveryKeys { get; }

    /// <summary>The first token, which may do anything. Secret.</summary>
    public string RootToken { get; }

    /// <summary>The whole reply. Secret.</summary>
    public JsonElement Raw { get; }

    /// <summary>The numbers only: never a key.</summary>
    public override string ToString() => $"InitialKeys {{ Keys = {Keys.Count} }}";
}
