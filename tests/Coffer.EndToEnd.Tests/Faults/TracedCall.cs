using System.Text.RegularExpressions;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>One system call as strace saw it: from the line where it began to the line where it returned.</summary>
internal sealed partial record TracedCall(string Name, string File, string Text, int Start, int End)
{
    public bool IsReceive => Name is "recvfrom" or "recvmsg" or "read" && IsSocket;

    public bool IsReply => Name is "sendto" or "sendmsg" or "write" or "writev" && IsSocket && Text.Contains("HTTP/1.1 2", StringComparison.Ordinal);

    private bool IsSocket => File.StartsWith("TCP", StringComparison.Ordinal) || File.StartsWith("socket", StringComparison.Ordinal);

    public bool IsWriteTo(string prefix) => Name is "pwrite64" or "write" or "writev" && File.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>It succeeded, and flushed this file.</summary>
    public bool IsFlushOf(string file) => Name is "fsync" or "fdatasync" && File == file && Text.EndsWith("= 0", StringComparison.Ordinal);

    /// <summary>The calls of a trace in the order in which they began; a call that another thread interrupted is put together again.</summary>
    public static IReadOnlyList<TracedCall> Read(string path)
    {
        var calls = new List<TracedCall>();
        var unfinished = new Dictionary<string, (string Text, int Start)>();
        var number = 0;
        foreach (var line in System.IO.File.ReadLines(path))
        {
            number++;
            if (Line().Match(line) is not { Success: true } found)
                continue;
            var (thread, text) = (found.Groups[1].Value, found.Groups[2].Value);
            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                unfinished[thread] = (text[..^"<unfinished ...>".Length], number);
            else if (text.StartsWith("<... ", StringComparison.Ordinal) && unfinished.Remove(thread, out var begun))
                Add(calls, begun.Text + text[(text.IndexOf("resumed>", StringComparison.Ordinal) + "resumed>".Length)..], begun.Start, number);
            else
                Add(calls, text, number, number);
        }
        return [.. calls.OrderBy(c => c.Start)];
    }

    private static void Add(List<TracedCall> calls, string text, int start, int end)
    {
        if (Call().Match(text) is { Success: true } call)
            calls.Add(new TracedCall(call.Groups[1].Value, call.Groups[2].Value, text.TrimEnd(), start, end));
    }

    [GeneratedRegex(@"^(\d+) +(.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^(\w+)\(\d+<([^>]*)(?:->[^>]*)?>")]
    private static partial Regex Call();
}
