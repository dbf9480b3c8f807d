using System.Text.Json;

namespace Coffer.Client;

/// <summary>A wrapped reply: the single-use token that unwraps it, and what is known about it without unwrapping.</summary>
public sealed class WrapInfo
{
    internal WrapInfo(JsonElement wrap)
    {
        Token = Secret.Text(wrap, "token");
        Accessor = Secret.Text(wrap, "accessor");
        Ttl = Secret.Seconds(wrap, "ttl");
        CreationTime = Secret.Text(wrap, "creation_time");
        CreationPath = Secret.Text(wrap, "creation_path");
        WrappedAccessor = Secret.Text(wrap, "wrapped_accessor");
    }

    /// <summary>The wrapping token. Secret.</summary>
    public string Token { get; }

    /// <summary>The wrapping token's accessor.</summary>
    public string Accessor { get; }

    /// <summary>How long it can be unwrapped.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>When it was wrapped, RFC 3339.</summary>
    public string CreationTime { get; }

    /// <summary>The path whose reply was wrapped: check it before you trust the content.</summary>
    public string CreationPath { get; }

    /// <summary>The accessor of the token inside, when a token was wrapped; else empty.</summary>
    public string WrappedAccessor { get; }

    /// <summary>The accessor and path only: never the token.</summary>
    public override string ToString() => $"WrapInfo {{ Accessor = {Accessor}, CreationPath = {CreationPath} }}";
}
