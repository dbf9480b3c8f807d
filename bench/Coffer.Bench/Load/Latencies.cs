namespace Coffer.Bench.Load;

/// <summary>How long requests took, by the microsecond up to a second.</summary>
internal sealed class Latencies
{
    private const int Slots = 1_000_001;
    private readonly int[] counts = new int[Slots];

    public long Count { get; private set; }

    public void Add(TimeSpan taken)
    {
        counts[Math.Clamp((int)taken.TotalMicroseconds, 0, Slots - 1)]++;
        Count++;
    }

    /// <summary>The time that this share of the requests did not exceed.</summary>
    public TimeSpan Quantile(double share)
    {
        var left = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < Slots; i++)
        {
            left -= counts[i];
            if (left <= 0)
                return TimeSpan.FromMicroseconds(i);
        }
        return TimeSpan.Zero;
    }

    public void Clear()
    {
        Array.Clear(counts);
        Count = 0;
    }
}
