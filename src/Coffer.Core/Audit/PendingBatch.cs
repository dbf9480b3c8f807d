namespace Coffer.Core.Audit;

/// <summary>Entries that wait to be written together, and those who wait for them.</summary>
internal sealed class PendingBatch
{
    private const int KeptBytes = 1 << 20;

    private byte[] bytes = new byte[64 << 10];
    private int[] ends = new int[128];
    private TaskCompletionSource done = Waiters();

    public int Count { get; private set; }

    public int Length => Count == 0 ? 0 : ends[Count - 1];

    /// <summary>Completes when the batch is durable.</summary>
    public Task Done => done.Task;

    public ReadOnlySpan<byte> this[int index] => bytes.AsSpan((index == 0 ? 0 : ends[index - 1])..ends[index]);

    public void Add(ReadOnlySpan<byte> entry)
    {
        var start = Length;
        if (start + entry.Length > bytes.Length)
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, start + entry.Length));
        if (Count == ends.Length)
            Array.Resize(ref ends, Count * 2);
        entry.CopyTo(bytes.AsSpan(start));
        ends[Count++] = start + entry.Length;
    }

    public void Complete() => done.SetResult();

    public void Fail(Exception reason) => done.SetException(reason);

    public void Reset()
    {
        Count = 0;
        done = Waiters();
        if (bytes.Length > KeptBytes)
            bytes = new byte[64 << 10];
    }

    private static TaskCompletionSource Waiters() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
