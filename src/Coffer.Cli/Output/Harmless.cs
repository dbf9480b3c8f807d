using System.Globalization;
using System.Text;

namespace Coffer.Cli.Output;

/// <summary>
/// A stored value may hold escape sequences that repaint a terminal or type into it. On a terminal they are shown, not obeyed;
/// a pipe gets the bytes as they are.
/// </summary>
internal static class Harmless
{
    public static string Text(string text) => Terminal.OutputIsTerminal ? Shown(text) : text;

    internal static string Shown(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f'))
            return text;
        var shown = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (char.IsControl(c) && c is not '\n' and not '\t')
                shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                shown.Append(c);
        }
        return shown.ToString();
    }
}
