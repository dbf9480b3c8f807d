using System.Text;

namespace Coffer.Cli;

/// <summary>Standard input and output without the cost of setting up a console that few commands need.</summary>
internal static class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    public static TextWriter Out { get; } = new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = false };

    public static TextWriter Err { get; } = new StreamWriter(Console.OpenStandardError(), Utf8, 256) { AutoFlush = true };

    public static bool OutputIsTerminal => !Console.IsOutputRedirected;

    public static Stream OpenInput() => Console.OpenStandardInput();

    public static string ReadInput()
    {
        using var reader = new StreamReader(OpenInput(), Utf8);
        return reader.ReadToEnd();
    }

    /// <summary>Asks for something that must not appear on the screen; from a pipe, reads one line.</summary>
    public static string ReadHidden(string prompt)
    {
        if (Console.IsInputRedirected)
        {
            using var reader = new StreamReader(OpenInput(), Utf8);
            return reader.ReadLine() ?? "";
        }
        Err.Write(prompt);
        var typed = new StringBuilder();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter || key.KeyChar is '\n' or '\r' or '\u0004')
                break;
            if (key.Key == ConsoleKey.Backspace)
                typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                typed.Append(key.KeyChar);
        }
        Err.WriteLine();
        return typed.ToString();
    }
}
