using System.Globalization;
using System.Text.Json;
using Coffer.Cli.Output;
using Coffer.Formats;
using Coffer.Formats.Snapshots;

namespace Coffer.Cli.Commands;

/// <summary>What a snapshot holds, read without a server or a key: all of it but the values.</summary>
internal static class SnapshotInspectCommand
{
    public static System.CommandLine.Command Build()
    {
        System.CommandLine.Argument<string> file = Verb.Path("FILE", "A snapshot.");
        return Verb.Local("inspect", "Show what is in a snapshot, and that it is whole.", async (session, cancellation) =>
        {
            await using FileStream source = File.OpenRead(session.Get(file));
            try
            {
                SnapshotReader snapshot = await SnapshotReader.OpenAsync(source, cancellation);
                return Show(session, snapshot, await SizesAsync(snapshot, cancellation));
            }
            catch (SnapshotException e)
            {
                throw new LocalException($"{session.Get(file)}: {e.Message}", ExitCode.Refused);
            }
        }, file, Options.Format, Options.Json);
    }

    private static async Task<SortedDictionary<string, Size>> SizesAsync(SnapshotReader snapshot, CancellationToken cancellation)
    {
        var sizes = new SortedDictionary<string, Size>(StringComparer.Ordinal);
        await foreach (SnapshotEntry entry in snapshot.EntriesAsync(cancellation))
        {
            string prefix = Prefix(entry.Path);
            Size size = sizes.GetValueOrDefault(prefix);
            sizes[prefix] = new Size(size.Entries + 1, size.Bytes + entry.Value.Length);
        }
        return sizes;
    }

    /// <summary>The first two segments, as far as they are folders: <c>mount/…/</c> is one mount.</summary>
    private static string Prefix(string path)
    {
        int first = path.IndexOf('/', StringComparison.Ordinal);
        int second = first < 0 ? -1 : path.IndexOf('/', first + 1);
        return second >= 0 ? path[..(second + 1)] : first >= 0 ? path[..(first + 1)] : path;
    }

    private static int Show(Session session, SnapshotReader snapshot, SortedDictionary<string, Size> sizes)
    {
        SnapshotHeader header = snapshot.Header;
        if (session.Format != OutputFormat.Table)
            return session.Value(Json.Element(writer => Write(writer, snapshot, sizes)));
        var facts = new Table("Key", "Value");
        facts.Add("Format", Text(SnapshotReader.Format));
        facts.Add("Written by", $"coffer {header.Product} ({header.Storage})");
        facts.Add("Created", Timestamps.Format(header.Created));
        facts.Add("Cluster ID", header.ClusterId);
        if (header.ClusterName.Length > 0)
            facts.Add("Cluster Name", header.ClusterName);
        facts.Add("Key Term", Text(header.Term));
        facts.Add("Position", Text(snapshot.Position));
        facts.Add("Entries", Text(snapshot.Count));
        facts.Add("Bytes", Text(snapshot.Length));
        facts.Add("SHA-256", Convert.ToHexStringLower(snapshot.Digest.Span));
        facts.Write(Terminal.Out);
        Terminal.Out.WriteLine();
        var table = new Table("Prefix", "Entries", "Bytes");
        foreach ((string prefix, Size size) in sizes)
            table.Add(prefix, Text(size.Entries), Text(size.Bytes));
        table.Write(Terminal.Out);
        return ExitCode.Ok;
    }

    private static void Write(Utf8JsonWriter writer, SnapshotReader snapshot, SortedDictionary<string, Size> sizes)
    {
        SnapshotHeader header = snapshot.Header;
        writer.WriteStartObject();
        writer.WriteNumber("format", SnapshotReader.Format);
        writer.WriteString("product", header.Product);
        writer.WriteString("storage", header.Storage);
        writer.WriteString("created", Timestamps.Format(header.Created));
        writer.WriteString("cluster_id", header.ClusterId);
        writer.WriteString("cluster_name", header.ClusterName);
        writer.WriteNumber("term", header.Term);
        writer.WriteNumber("position", snapshot.Position);
        writer.WriteNumber("entries", snapshot.Count);
        writer.WriteNumber("bytes", snapshot.Length);
        writer.WriteString("sha256", Convert.ToHexStringLower(snapshot.Digest.Span));
        writer.WriteStartObject("prefixes");
        foreach ((string prefix, Size size) in sizes)
        {
            writer.WriteStartObject(prefix);
            writer.WriteNumber("entries", size.Entries);
            writer.WriteNumber("bytes", size.Bytes);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private readonly record struct Size(long Entries, long Bytes);
}
