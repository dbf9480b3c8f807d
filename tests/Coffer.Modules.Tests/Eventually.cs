namespace Coffer.Modules.Tests;

internal static class Eventually
{
    /// <summary>Waits until something that is done in the background has come about.</summary>
    public static async Task HoldsAsync(Func<Task<bool>> condition, int seconds = 10)
    {
        for (var i = 0; i < seconds * 50; i++)
        {
            if (await condition()) return;
            await Task.Delay(20);
        }
        Assert.Fail($"it did not come about in {seconds} s");
    }
}
