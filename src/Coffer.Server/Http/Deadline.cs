using System.Collections.Concurrent;

namespace Coffer.Server.Http;

/// <summary>The token of one request: cancelled when the client goes or the listener's time is up. Its source is used again.</summary>
internal readonly struct Deadline : IDisposable
{
    private const int Kept = 256;
    private static readonly ConcurrentBag<CancellationTokenSource> Idle = [];

    private readonly CancellationTokenSource? source;
    private readonly CancellationTokenRegistration gone;

    private Deadline(CancellationTokenSource? source, CancellationTokenRegistration gone, CancellationToken token)
    {
        this.source = source;
        this.gone = gone;
        Token = token;
    }

    public CancellationToken Token { get; }

    /// <param name="limit">Null: only the client's going counts.</param>
    public static Deadline Start(HttpContext http, TimeSpan? limit)
    {
        if (limit is not { } time) return new Deadline(null, default, http.RequestAborted);
        if (!Idle.TryTake(out var source)) source = new CancellationTokenSource();
        source.CancelAfter(time);
        var gone = http.RequestAborted.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        return new Deadline(source, gone, source.Token);
    }

    public void Dispose()
    {
        if (source is null) return;
        gone.Dispose();
        if (source.TryReset() && Idle.Count < Kept) Idle.Add(source);
        else source.Dispose();
    }
}
