using System.Text;

namespace Coffer.Core.SystemApi;

/// <summary>Policies may be sent as base64. One in clear has blanks and braces and so is none.</summary>
internal static class Base64Text
{
    public static bool TryDecode(string text, out string decoded)
    {
        var bytes = new byte[text.Length];
        decoded = "";
        if (!Convert.TryFromBase64String(text, bytes, out var length) || length == 0) return false;
        try
        {
            decoded = new UTF8Encoding(false, true).GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
