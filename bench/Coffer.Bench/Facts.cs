namespace Coffer.Bench;
internal static class Facts { public static Task PrintAsync(Options options) => Task.CompletedTask; }
