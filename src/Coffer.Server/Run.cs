using System.Globalization;
using System.Runtime.InteropServices;
using Coffer.Server.Configuration;

namespace Coffer.Server;

/// <summary>One run of the server: from the configuration to its end by a signal.</summary>
internal sealed class Run(CommandLine line, ServerConfig config, string version, ILoggerFactory logs)
{
    private const int DrainSeconds = 20;

    private readonly ILogger log = logs.CreateLogger("coffer");
    private readonly TaskCompletionSource stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int signals;

    public async Task RunAsync()
    {
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await using var instance = await Instance.CreateAsync(config, line.InitTo is not null, logs);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            _ = instance.ReloadAsync(log);
        });

        var banner = line.Dev ? await DevMode.PrepareAsync(instance, line.DevRootTokenId) : default;
        if (!line.Dev) await UnsealAsync(instance);
        await instance.ListenAsync();
        if (line.Dev)
        {
            if (!line.DevNoStoreToken) DevMode.StoreToken(banner.RootToken);
            DevMode.Announce(instance.Address, banner.RootToken, banner.UnsealKey);
        }
        Log.Started(log, version, config.Version, instance.Address);
        if (config.PidFile is { } file) await File.WriteAllTextAsync(file, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));

        await stop.Task;
        Log.Stopping(log, DrainSeconds);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(DrainSeconds));
        await instance.DrainAsync(deadline.Token);
        if (config.PidFile is { } done) File.Delete(done);
        Log.Stopped(log);
    }

    private async Task UnsealAsync(Instance instance)
    {
        if (line.InitTo is { } folder && await FirstStart.RunAsync(instance, config.Seal, folder)) Log.Initialised(log, folder);
        if (await instance.Keyholder.UnsealUnattendedAsync())
        {
            Log.Unsealed(log);
            return;
        }
        var status = await instance.Keyholder.StatusAsync();
        var reason = !status.Initialized ? "not initialised yet" : status.Migration ? "to be moved to the new seal" : "unseal keys are needed";
        Log.StaysSealed(log, reason);
    }

    /// <summary>The first signal asks for an orderly end, the second ends at once.</summary>
    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref signals) > 1) Environment.Exit(1);
        stop.TrySetResult();
    }
}
