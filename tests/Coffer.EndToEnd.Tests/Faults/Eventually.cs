using System.Diagnostics;

namespace Coffer.EndToEnd.Tests.Faults;

/// <summary>Waits for what is to come true by itself.</summary>
internal static class Eventually
{
    public static async Task HoldsAsync(Func<Task<bool>> holds, int seconds = 15)
    {
        var clock = Stopwatch.StartNew();
        while (!await Try(holds))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(seconds), $"did not come true in {seconds} seconds");
            await Task.Delay(50);
        }
    }

    private static async Task<bool> Try(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
