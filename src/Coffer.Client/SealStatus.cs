using System.Text.Json;

namespace Coffer.Client;

/// <summary>Whether the server can be used, and how far an unseal has come.</summary>
public sealed class SealStatus
{
    internal SealStatus(JsonElement status)
    {
        Raw = status;
        Type = Secret.Text(status, "type");
        Initialized = Secret.Flag(status, "initialized");
        IsSealed = Secret.Flag(status, "sealed");
        Threshold = (int)Secret.Number(status, "t");
        Shares = (int)Secret.Number(status, "n");
        Progress = (int)Secret.Number(status, "progress");
        Version = Secret.Text(status, "version");
    }

    /// <summary>The seal's kind, such as <c>shamir</c>.</summary>
    public string Type { get; }

    /// <summary>Whether the server has been initialised.</summary>
    public bool Initialized { get; }

    /// <summary>Whether the server is sealed.</summary>
    public bool IsSealed { get; }

    /// <summary>How many key shares open it.</summary>
    public int Threshold { get; }

    /// <summary>How many key shares there are.</summary>
    public int Shares { get; }

    /// <summary>How many key shares have been given.</summary>
    public int Progress { get; }

    /// <summary>The API version that the server reports.</summary>
    public string Version { get; }

    /// <summary>The whole reply.</summary>
    public JsonElement Raw { get; }
}
