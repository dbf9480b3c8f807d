using System.Globalization;
using Coffer.Core.Audit;

namespace Coffer.Modules.AuditSinks;

/// <summary>The options of an audit sink as they come from the API: strings by name. Every error names its option.</summary>
internal sealed class SinkOptions(IReadOnlyDictionary<string, string> options)
{
    private readonly HashSet<string> read = [];

    public string Required(string name) =>
        Optional(name) is { Length: > 0 } value ? value : throw new AuditOptionException(name, $"{name} is required");

    public string? Optional(string name)
    {
        read.Add(name);
        return options.TryGetValue(name, out var value) ? value : null;
    }

    public bool Flag(string name, bool otherwise) => Optional(name) switch
    {
        null => otherwise,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw new AuditOptionException(name, $"{name} is true or false"),
    };

    public int Number(string name, int otherwise, int min, int max)
    {
        if (Optional(name) is not { } text)
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new AuditOptionException(name, $"{name} is a number from {min} to {max}");
    }

    public TimeSpan Seconds(string name, int otherwise, int max)
    {
        var text = Optional(name);
        if (text is not null && text.EndsWith('s'))
            text = text[..^1];
        return text is null
            ? TimeSpan.FromSeconds(otherwise)
            : TimeSpan.FromSeconds(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= max
                ? value
                : throw new AuditOptionException(name, $"{name} is a number of seconds from 1 to {max}"));
    }

    /// <summary>The options that every sink has.</summary>
    public AuditSinkQueue Queue() => new()
    {
        Required = Flag("required", false),
        Deadline = Seconds("deadline", 5, 300),
        Capacity = Number("queue_size", 16_384, 1, 1_000_000),
    };

    /// <summary>How events are rendered.</summary>
    public VaultFormat Format(AuditHasher hasher)
    {
        if (Optional("format") is { } format && format != "json")
            throw new AuditOptionException("format", $"format is json; {format} is not supported");
        if (Flag("log_raw", false))
            throw new AuditOptionException("log_raw", "log_raw is not supported: secrets are never written in the clear");
        return new(hasher)
        {
            HashAccessors = Flag("hmac_accessor", true),
            ElideLists = Flag("elide_list_responses", false),
            Prefix = Optional("prefix") ?? "",
        };
    }

    /// <summary>To be called when all options have been read.</summary>
    public void RefuseOthers()
    {
        foreach (var name in options.Keys.Order(StringComparer.Ordinal))
        {
            if (!read.Contains(name))
                throw new AuditOptionException(name, $"unknown option: {name}");
        }
    }
}
