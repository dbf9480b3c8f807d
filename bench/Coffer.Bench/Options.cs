using System.Globalization;

namespace Coffer.Bench;

/// <summary>What to measure and for how long.</summary>
internal sealed record Options
{
    public const string Usage = """
        usage: bench/run [--seconds N] [--connections 1,16,64,128] [--only NAME] [--storage sqlite|postgresql] [--million | --ceilings]
          --seconds      how long each row is measured (3)
          --connections  how many connections at once (1,16,64,128)
          --only         only operations whose name begins so, or the facts below the table: --only facts
          --storage      the storage driver (sqlite)
          --million      also start with 1,000,000 stored tokens and leases (takes minutes)
          --ceilings     only what the machine can do, without a server
        """;

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan WarmUp => TimeSpan.FromSeconds(1);

    public IReadOnlyList<int> Connections { get; init; } = [1, 16, 64, 128];

    public string Only { get; init; } = "";

    public string Storage { get; init; } = "sqlite";

    public bool Million { get; init; }

    public bool CeilingsOnly { get; init; }

    /// <summary>Null where the arguments make no sense.</summary>
    public static Options? Parse(string[] arguments)
    {
        var options = new Options();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is "--million" or "--ceilings")
            {
                options = arguments[i] == "--million" ? options with { Million = true } : options with { CeilingsOnly = true };
                continue;
            }
            if (i + 1 >= arguments.Length)
                return null;
            var value = arguments[i + 1];
            options = arguments[i++] switch
            {
                "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) =>
                    options with { Duration = TimeSpan.FromSeconds(seconds) },
                "--connections" => options with { Connections = [.. value.Split(',').Select(c => int.Parse(c, CultureInfo.InvariantCulture))] },
                "--only" => options with { Only = value },
                "--storage" when value is "sqlite" or "postgresql" => options with { Storage = value },
                _ => null,
            };
            if (options is null)
                return null;
        }
        return options;
    }
}
