using System.Net;
using Coffer.Server.Configuration;
using Microsoft.Extensions.Primitives;

namespace Coffer.Server.Http;

/// <summary>Establishes the client's address behind proxies that the operator trusts.</summary>
internal static class ForwardedFor
{
    /// <summary>The client's address, or null with the reason why the request is refused.</summary>
    public static IPAddress? Resolve(ForwardedForConfig config, IPAddress peer, StringValues header, out string? refusal)
    {
        refusal = null;
        var present = header.Count > 0;
        if (!config.Authorized.Any(network => network.Contains(peer)))
        {
            if (!present || !config.RejectNotAuthorized) return peer;
            refusal = "client address not authorized for x-forwarded-for and reject connection configured";
            return null;
        }
        if (!present)
        {
            if (!config.RejectNotPresent) return peer;
            refusal = "missing x-forwarded-for header and configured to reject when not present";
            return null;
        }
        var hops = string.Join(',', header.AsEnumerable()).Split(',', StringSplitOptions.TrimEntries);
        var at = hops.Length - 1 - config.HopSkips;
        if (at < 0)
        {
            refusal = $"malformed x-forwarded-for header: hops to skip ({config.HopSkips}) are as many as its addresses, or more";
            return null;
        }
        if (TryParse(hops[at], out var client)) return client;
        refusal = "malformed x-forwarded-for header";
        return null;
    }

    private static bool TryParse(string hop, out IPAddress? client)
    {
        client = null;
        if (IPAddress.TryParse(hop, out var plain)) client = plain;
        else if (IPEndPoint.TryParse(hop, out var withPort)) client = withPort.Address;
        if (client is { IsIPv4MappedToIPv6: true }) client = client.MapToIPv4();
        return client is not null;
    }
}
