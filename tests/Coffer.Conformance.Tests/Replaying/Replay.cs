using System.Text;
using System.Text.Json;

namespace Coffer.Conformance.Tests.Replaying;

/// <summary>What came of one file: every difference, and how many steps were left out for which missing type.</summary>
internal sealed record ReplayReport(int Sent, IReadOnlyList<string> Differences, IReadOnlyDictionary<string, int> LeftOut)
{
    public string Summary =>
        $"{Sent - Differences.Count}/{Sent} as recorded"
        + (LeftOut.Count == 0 ? "" : "; left out " + string.Join(", ", LeftOut.Select(r => $"{r.Value} for want of {r.Key}")));
}

/// <summary>Sends the steps of a recording to a server and compares what comes back.</summary>
internal sealed class Replay(Uri address, string rootToken)
{
    private readonly Variables variables = new();
    private readonly Absences absences = new();
    private readonly Dictionary<string, int> leftOut = [];
    private readonly List<string> differences = [];
    private HashSet<string>? servedTypes;

    public async Task<ReplayReport> RunAsync(Recording recording)
    {
        var sent = 0;
        foreach (var step in recording.Steps)
        {
            var reason = absences.Reason(step);
            if (reason is null && Absences.Mounting(step) is { } mounting && !await ServesAsync(step, mounting.Path, mounting.Type))
            {
                absences.Add(mounting.Path, mounting.Type);
                reason = mounting.Type;
                if ((await SendAsync(step)).Status is >= 200 and < 300)
                    differences.Add($"{recording.Name}/{step.Id}: the catalog does not list {mounting.Type}, but it mounts");
            }
            if (reason is not null)
            {
                absences.LeaveOut(step, reason);
                leftOut[reason] = leftOut.GetValueOrDefault(reason) + 1;
                continue;
            }
            sent++;
            await Task.Delay(step.Wait);
            var answer = await SendAsync(step);
            var found = Comparison.Of(step.Expect, absences.Strip(step.Expect.Body), answer.Status, answer.Body);
            if (found.Count > 0)
                differences.Add($"{recording.Name}/{step.Id} {step.Method} {step.Path}:\n    {string.Join("\n    ", found)}");
        }
        return new ReplayReport(sent, differences, leftOut);
    }

    private async Task<RawAnswer> SendAsync(Step step)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["X-Vault-Request"] = "true" };
        foreach (var (name, value) in step.Headers)
            headers[name] = variables.Fill(value!.GetValue<string>());
        var token = step.NamesToken ? step.Token : rootToken;
        if (token is not null)
            headers["X-Vault-Token"] = variables.Fill(token);
        byte[]? body = null;
        if (step.Raw is not null)
            body = Encoding.UTF8.GetBytes(variables.Fill(step.Raw));
        else if (step.HasBody)
            body = JsonSerializer.SerializeToUtf8Bytes(variables.Fill(step.Body));
        if (body is not null)
            headers.TryAdd("Content-Type", "application/json");
        var answer = await RawHttp.SendAsync(address, step.Method, variables.Fill(step.Path), headers, body);
        foreach (var (name, path) in step.Save)
        {
            if (Comparison.Dig(answer.Body, path) is not { } value)
                continue;
            variables.Set(name, value);
            absences.Saved(name);
        }
        return answer;
    }

    /// <summary>Whether the server's catalog lists a type: <c>auth</c> for what mounts below <c>auth/</c>, else <c>secret</c>.</summary>
    private async Task<bool> ServesAsync(Step step, string path, string type)
    {
        servedTypes ??= await ReadCatalogAsync(step);
        return servedTypes.Contains((path.StartsWith("auth/", StringComparison.Ordinal) ? "auth/" : "secret/") + type);
    }

    private async Task<HashSet<string>> ReadCatalogAsync(Step step)
    {
        var token = variables.Fill(step.NamesToken ? step.Token ?? "" : rootToken);
        var headers = new Dictionary<string, string> { ["X-Vault-Token"] = token };
        var answer = await RawHttp.SendAsync(address, "GET", "/v1/sys/plugins/catalog", headers, null);
        if (answer.Status != 200)
            throw new InvalidOperationException($"sys/plugins/catalog answers {answer.Status}: {answer.Body?.ToJsonString()}");
        return [.. Kind("auth"), .. Kind("secret")];

        IEnumerable<string> Kind(string kind) =>
            answer.Body?["data"]?[kind]?.AsArray().Select(name => kind + "/" + name!.GetValue<string>()) ?? [];
    }
}
