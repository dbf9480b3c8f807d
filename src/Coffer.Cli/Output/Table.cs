using System.Text;

namespace Coffer.Cli.Output;

/// <summary>Columns as Vault aligns them: a header, dashes below it, four spaces between.</summary>
internal sealed class Table(params string[] header)
{
    private const int Gap = 4;
    private readonly List<string[]> _rows = [];

    public void Add(params string[] row) => _rows.Add(row);

    public void Sort() => _rows.Sort((a, b) => string.CompareOrdinal(a[0], b[0]));

    /// <summary>How wide the table is, to centre a title over it.</summary>
    public int Width => Widths().Sum() + Gap * (header.Length - 1);

    public void Write(TextWriter writer)
    {
        int[] widths = Widths();
        WriteRow(writer, header, widths);
        WriteRow(writer, [.. header.Select(title => new string('-', title.Length))], widths);
        foreach (string[] row in _rows)
            WriteRow(writer, row, widths);
    }

    /// <summary>A title between equals signs, as wide as the table below it.</summary>
    public static void Title(TextWriter writer, string title, int width)
    {
        int left = Math.Max(2, (width - title.Length - 2) / 2);
        int right = Math.Max(2, width - title.Length - 2 - left);
        writer.WriteLine($"{new string('=', left)} {title} {new string('=', right)}");
    }

    private int[] Widths()
    {
        var widths = new int[header.Length];
        foreach (string[] row in _rows.Prepend(header))
            for (int i = 0; i < row.Length; i++)
                widths[i] = Math.Max(widths[i], row[i].Length);
        return widths;
    }

    private static void WriteRow(TextWriter writer, string[] row, int[] widths)
    {
        var line = new StringBuilder();
        for (int i = 0; i < row.Length; i++)
            line.Append(i == row.Length - 1 ? row[i] : row[i].PadRight(widths[i] + Gap));
        writer.WriteLine(Harmless.Text(line.ToString().TrimEnd(' ')));
    }
}
