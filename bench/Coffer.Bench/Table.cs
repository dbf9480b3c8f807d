using System.Globalization;
using Coffer.Bench.Load;

namespace Coffer.Bench;

/// <summary>The table that is printed, row by row as it comes.</summary>
internal static class Table
{
    public static void Head() =>
        Console.WriteLine($"{"operation",-34}{"conns",6}{"req/s",10}{"p50 ms",9}{"p99 ms",9}{"of ceiling",12}  {"",0}");

    public static void Row(string name, int connections, LoadResult result, double? ceiling)
    {
        var share = ceiling is { } c ? (result.PerSecond / c).ToString("P0", CultureInfo.InvariantCulture) : "";
        var wrong = result.Refused == 0 ? "" : $"  {result.Refused} REFUSED: {result.FirstRefusal}";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-34}{connections,6}{result.PerSecond,10:N0}{result.Median.TotalMilliseconds,9:F2}{result.P99.TotalMilliseconds,9:F2}{share,12}{wrong}"));
    }

    public static void Fact(string name, string value) => Console.WriteLine($"{name,-60}{value,18}");
}
