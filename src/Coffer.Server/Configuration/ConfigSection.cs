using System.Net;
using Coffer.Formats.Hcl;

namespace Coffer.Server.Configuration;

/// <summary>What is wrong with the files: all of it, in their order.</summary>
internal sealed class ConfigProblems
{
    private readonly List<string> problems = [];

    public IReadOnlyList<string> All => problems;

    public void Add(string file, int line, int column, string problem) => problems.Add($"{file}:{line}:{column}: {problem}");

    public void Add(string problem) => problems.Add(problem);
}

/// <summary>
/// A block, or the top level of all files together. Each reader notes the key as known and the problem if the value does not fit, and
/// answers null; <see cref="Finish"/> names the keys that nobody read.
/// </summary>
internal sealed class ConfigSection(IReadOnlyList<(string File, HclBody Body)> bodies, ConfigProblems problems)
{
    private readonly HashSet<string> known = [];

    public string? String(string key) => Read(key, value => value.AsString());

    /// <summary>Text that is not empty.</summary>
    public string? Text(string key) => Read(key, value =>
        value.AsString() is { Length: > 0 } text ? text : throw value.Error($"\"{key}\" is empty"));

    public IReadOnlyList<string>? Strings(string key) => Read(key, value => value.AsStrings());

    public bool? Bool(string key) => Read<bool?>(key, value => value.AsBool());

    public TimeSpan? Duration(string key) => Read<TimeSpan?>(key, value => value.AsDuration());

    /// <summary>A duration of a millisecond at least.</summary>
    public TimeSpan? Timeout(string key) => Read<TimeSpan?>(key, value =>
        value.AsDuration() is var time && time >= TimeSpan.FromMilliseconds(1) && time <= TimeSpan.FromDays(24)
            ? time : throw value.Error($"\"{key}\" must be more than zero and at most 24 days"));

    /// <summary>A duration of a second at least, up to a century.</summary>
    public TimeSpan? Ttl(string key) => Read<TimeSpan?>(key, value =>
        value.AsDuration() is var time && time >= TimeSpan.FromSeconds(1) && time <= TimeSpan.FromDays(36525)
            ? time : throw value.Error($"\"{key}\" must be a second at least"));

    public long? Size(string key) => Read<long?>(key, value =>
        value.AsByteSize() is var size && size is > 0 and <= 1 << 30
            ? size : throw value.Error($"\"{key}\" must be more than zero and at most 1 GiB"));

    public int? Integer(string key, int from, int to) => Read<int?>(key, value =>
        value.AsInteger() is var number && number >= from && number <= to ? (int)number
            : throw value.Error($"\"{key}\" must be between {from} and {to}"));

    public T? OneOf<T>(string key, params (string Name, T Value)[] choices)
        where T : struct => Read<T?>(key, value =>
    {
        var text = value.AsString();
        foreach (var (name, choice) in choices)
        {
            if (name == text) return choice;
        }
        throw value.Error($"\"{key}\" is one of {string.Join(", ", choices.Select(choice => $"\"{choice.Name}\""))}");
    });

    /// <summary>A value that <paramref name="parse"/> reads, which says with <see cref="FormatException"/> what is wrong.</summary>
    public T? Parsed<T>(string key, Func<string, T> parse)
        where T : class => Read(key, value => Located(value, () => parse(value.AsString())));

    public IPEndPoint? Address(string key, int defaultPort) => Parsed(key, text => ConfigAddress.Parse(text, defaultPort));

    public IReadOnlyList<IPNetwork>? Networks(string key) =>
        Read(key, value => Located(value, () => ConfigAddress.Networks(value.AsStrings())));

    /// <summary>The blocks of a type, each with its labels; a repeated one is there twice.</summary>
    public IReadOnlyList<(HclBlock Block, string File, ConfigSection Section)> Blocks(string type, int labels)
    {
        known.Add(type);
        var found = new List<(HclBlock, string, ConfigSection)>();
        foreach (var (file, body) in bodies)
        {
            try
            {
                foreach (var block in body.Blocks(type, labels))
                    found.Add((block, file, new ConfigSection([(file, block.Body)], problems)));
            }
            catch (HclException e)
            {
                problems.Add(file, e.Line, e.Column, e.Problem);
            }
        }
        return found;
    }

    /// <summary>The one block of a type; null if there is none. A second is a problem.</summary>
    public (HclBlock Block, string File, ConfigSection Section)? Block(string type, int labels)
    {
        var all = Blocks(type, labels);
        foreach (var (block, file, _) in all.Skip(1))
        {
            problems.Add(file, block.Line, block.Column,
                $"only one \"{type}\" is allowed; the first is in {all[0].File}:{all[0].Block.Line}");
        }
        return all.Count == 0 ? null : all[0];
    }

    /// <summary>Notes that a key is missing, unless it is there and is a problem of its own.</summary>
    public void Missing(string key, string problem)
    {
        if (!bodies.Any(body => body.Body.Items.Any(item => item.Name == key))) Problem(key, problem);
    }

    /// <summary>Notes a problem at a key, or at the start of the section where the key is absent.</summary>
    public void Problem(string key, string problem)
    {
        foreach (var (file, body) in bodies)
        {
            if (body.Items.FirstOrDefault(item => item.Name == key) is not { } item) continue;
            problems.Add(file, item.Line, item.Column, problem);
            return;
        }
        problems.Add(bodies[0].File, bodies[0].Body.Line, bodies[0].Body.Column, problem);
    }

    /// <summary>Names what stands here and means nothing to us, with the alternative where there is one.</summary>
    public void Finish(IReadOnlyDictionary<string, string>? alternatives = null)
    {
        foreach (var (file, body) in bodies)
        {
            foreach (var item in body.Items.Where(item => !known.Contains(item.Name)))
            {
                var problem = alternatives is not null && alternatives.TryGetValue(item.Name, out var instead)
                    ? $"\"{item.Name}\" is a key of Vault that Coffer does not have: {instead}"
                    : NearestName.Find(item.Name, known) is { } near
                        ? $"unknown key \"{item.Name}\": did you mean \"{near}\"?"
                        : $"unknown key \"{item.Name}\": known here are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
                problems.Add(file, item.Line, item.Column, problem);
            }
        }
    }

    private static T Located<T>(HclValue value, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException e) when (e is not HclException)
        {
            throw value.Error(e.Message);
        }
    }

    private T? Read<T>(string key, Func<HclValue, T> read)
    {
        known.Add(key);
        T? found = default;
        string? at = null;
        foreach (var (file, body) in bodies)
        {
            try
            {
                if (body.Attribute(key) is not { } value) continue;
                if (at is not null) throw value.Error($"\"{key}\" is already set in {at}");
                at = $"{file}:{value.Line}";
                found = read(value);
            }
            catch (HclException e)
            {
                problems.Add(file, e.Line, e.Column, e.Problem);
            }
        }
        return found;
    }
}
