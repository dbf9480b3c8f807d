using System.Net;
using System.Net.Sockets;

namespace Coffer.Core.Tokens;

/// <summary>Address ranges as Vault takes them: a network, or one address.</summary>
public static class Cidrs
{
    public static bool IsValid(string text) => TryParse(text, out _);

    public static bool Contains(IReadOnlyList<string> ranges, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var range in ranges)
        {
            if (TryParse(range, out var network) && network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address))
                return true;
        }
        return false;
    }

    /// <summary>The form in which Vault shows it: a single address without its length.</summary>
    public static string Show(string text) =>
        TryParse(text, out var network) && network.PrefixLength == Bits(network.BaseAddress) ? network.BaseAddress.ToString() : text;

    private static bool TryParse(string text, out IPNetwork network)
    {
        if (!text.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(text, out var single))
        {
            network = new IPNetwork(single, Bits(single));
            return true;
        }
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out var address) || !int.TryParse(text.AsSpan(slash + 1), out var length)
            || length < 0 || length > Bits(address))
            return false;
        network = new IPNetwork(Mask(address, length), length);
        return true;
    }

    private static int Bits(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;

    private static IPAddress Mask(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            var keep = Math.Clamp(length - (i * 8), 0, 8);
            bytes[i] &= (byte)(0xFF << (8 - keep));
        }
        return new IPAddress(bytes);
    }
}
