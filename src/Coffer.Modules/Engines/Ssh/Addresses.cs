using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Coffer.Modules.Engines.Ssh;

/// <summary>Addresses and blocks as roles have them: no abbreviations, and an IPv4 address in IPv6's clothes is an IPv4 address.</summary>
internal static class Addresses
{
    public static bool TryParse(string text, out IPAddress address)
    {
        address = IPAddress.None;
        if (!IPAddress.TryParse(text, out var parsed) || text.Contains('%', StringComparison.Ordinal) || text.StartsWith('[')) return false;
        // .NET also reads 10.1 and 0x0a000001.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text) return false;
        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return true;
    }

    /// <summary>Reads <c>10.1.2.3/8</c>; the bits of the host do not matter.</summary>
    public static bool TryParseBlock(string text, out IPNetwork block)
    {
        block = default;
        var at = text.IndexOf('/', StringComparison.Ordinal);
        if (at < 0 || !TryParse(text[..at], out var address)
            || !int.TryParse(text.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)) return false;
        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8) return false;
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xff00 >> Math.Clamp(length - (i * 8), 0, 8));
        block = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }
}
