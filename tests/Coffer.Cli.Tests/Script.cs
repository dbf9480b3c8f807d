using System.Text;
using Coffer.TestKit;

namespace Coffer.Cli.Tests;

/// <summary>
/// A script: what a person types and what must come back, as data. Lines before the first <c>$</c> and lines that begin with <c>#</c> are comments. <c>$ command</c> is
/// run by sh with coffer on the PATH; the lines after it are its expected standard output, <c>! line</c> its standard error,
/// <c>exit N</c> its exit code if not 0. <c>&lt;*&gt;</c> stands for anything, <c>{addr}</c> for the server's address.
/// Sections after the commands are the server's replies (<c>-- GET /v1/path 200 --</c>, then the body; a fourth word is the
/// body that the request must have) or files
/// (<c>-- file name --</c>). A script without replies runs against a real cofferd.
/// </summary>
internal sealed record Script(IReadOnlyList<ScriptStep> Steps, IReadOnlyList<ScriptSection> Replies, IReadOnlyList<ScriptSection> Files)
{
    public static Script Parse(string text)
    {
        var steps = new List<ScriptStep>();
        var sections = new List<(string Title, StringBuilder Body)>();
        ScriptStep? step = null;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith("-- ", StringComparison.Ordinal) && line.EndsWith(" --", StringComparison.Ordinal))
                sections.Add((line[3..^3], new StringBuilder()));
            else if (sections.Count > 0)
                sections[^1].Body.Append(line).Append('\n');
            else if (line.StartsWith("$ ", StringComparison.Ordinal))
                steps.Add(step = new ScriptStep(line[2..]));
            else if (!line.StartsWith("# ", StringComparison.Ordinal))
                step?.Expect(line);
        }
        return new Script(
            steps,
            [.. sections.Where(section => !section.Title.StartsWith("file ", StringComparison.Ordinal)).Select(section => new ScriptSection(section.Title, section.Body.ToString().TrimEnd('\n')))],
            [.. sections.Where(section => section.Title.StartsWith("file ", StringComparison.Ordinal)).Select(section => new ScriptSection(section.Title[5..], section.Body.ToString()))]);
    }

    /// <summary>The reply to a request, among those of its method and target.</summary>
    public CannedReply Answer(CannedRequest request)
    {
        foreach (ScriptSection section in Replies)
            if (section.Title.Split(' ', 4) is [var method, var target, var status, .. var body] && method == request.Method && target == request.Target
                && (body is [] || body[0] == request.Body))
                return new CannedReply(int.Parse(status), section.Body.Replace("{token}", request.Header("X-Vault-Token") ?? "none", StringComparison.Ordinal));
        return new CannedReply(499, $$"""{"errors":["the script has no reply to {{request.Method}} {{request.Target}}"]}""");
    }
}

internal sealed record ScriptSection(string Title, string Body);

/// <summary>One command of a script and what it must do.</summary>
internal sealed class ScriptStep(string command)
{
    private readonly List<string> _output = [];

    public string Command => command;

    public List<string> Errors { get; } = [];

    public int ExitCode { get; private set; }

    /// <summary>The expected output without the blank lines that only keep steps apart.</summary>
    public IReadOnlyList<string> Output => _output[..(_output.FindLastIndex(line => line.Length > 0) + 1)];

    public void Expect(string line)
    {
        if (line.StartsWith("! ", StringComparison.Ordinal))
            Errors.Add(line[2..]);
        else if (line.StartsWith("exit ", StringComparison.Ordinal) && int.TryParse(line.AsSpan(5), out int code))
            ExitCode = code;
        else
            _output.Add(line);
    }
}
