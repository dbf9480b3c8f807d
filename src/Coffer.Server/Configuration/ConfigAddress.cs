using System.Globalization;
using System.Net;

namespace Coffer.Server.Configuration;

/// <summary>Addresses as Vault's configuration writes them.</summary>
internal static class ConfigAddress
{
    /// <summary><c>127.0.0.1:8200</c>, <c>[::1]:8200</c>, <c>localhost:8200</c>, <c>:8200</c>, or without a port.</summary>
    /// <exception cref="FormatException">It is no such thing.</exception>
    public static IPEndPoint Parse(string text, int defaultPort)
    {
        var colon = text.LastIndexOf(':');
        var bracket = text.LastIndexOf(']');
        var hasPort = colon > bracket && (bracket >= 0 || text.IndexOf(':', StringComparison.Ordinal) == colon);
        var host = hasPort ? text[..colon] : text;
        var port = defaultPort;
        if (hasPort && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port <= IPEndPoint.MaxPort))
            throw Wrong(text);
        if (bracket >= 0) host = host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : throw Wrong(text);
        return new IPEndPoint(
            host switch
            {
                "" => IPAddress.IPv6Any,
                "localhost" => IPAddress.Loopback,
                _ => IPAddress.TryParse(host, out var address) && address.ToString().Length > 0 ? address : throw Wrong(text),
            },
            port);
    }

    /// <summary>Networks in CIDR notation or lone addresses; each text may hold several with commas between.</summary>
    /// <exception cref="FormatException">One is neither.</exception>
    public static IReadOnlyList<IPNetwork> Networks(IReadOnlyList<string> texts)
    {
        var networks = new List<IPNetwork>();
        const StringSplitOptions words = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        foreach (var text in texts.SelectMany(text => text.Split(',', words)))
        {
            if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(text, out var address)) networks.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else throw new FormatException($"\"{text}\" is neither an address nor a network such as 10.0.0.0/8");
        }
        return networks.Count > 0 ? networks : throw new FormatException("at least one address or network is needed");
    }

    private static FormatException Wrong(string text) =>
        new($"\"{text}\" is no address to listen on: write an IP address and a port, such as 127.0.0.1:8200");
}
