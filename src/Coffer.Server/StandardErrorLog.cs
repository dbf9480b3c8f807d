using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coffer.Server;

/// <summary>Writes the log to standard error, one line an event: for people, or as JSON.</summary>
internal sealed class StandardErrorLog(Stream output, LogLevel level, bool json, TimeProvider clock) : ILoggerProvider
{
    private readonly Lock gate = new();

    public static ILoggerFactory Factory(LogLevel level, bool json) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", level < LogLevel.Information ? level : LogLevel.Warning)
        .AddProvider(new StandardErrorLog(Console.OpenStandardError(), level, json, TimeProvider.System)));

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose() => output.Dispose();

    private void Write(string category, LogLevel at, string message, Exception? error)
    {
        var now = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var line = json ? Json(now, category, at, message, error) : Text(now, category, at, message, error);
        lock (gate)
        {
            output.Write(line);
            output.Flush();
        }
    }

    private static ReadOnlySpan<byte> Text(string now, string category, LogLevel at, string message, Exception? error)
    {
        var name = Name(at);
        var text = new StringBuilder(now).Append(" [").Append(name.ToUpperInvariant()).Append(']').Append(' ', 6 - name.Length)
            .Append(category).Append(": ");
        OneLine(text, message);
        if (error is not null) OneLine(text.Append(": error=\""), error.ToString()).Append('"');
        return Encoding.UTF8.GetBytes(text.Append('\n').ToString());
    }

    private static ReadOnlySpan<byte> Json(string now, string category, LogLevel at, string message, Exception? error)
    {
        var line = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteString("@level"u8, Name(at));
            writer.WriteString("@message"u8, message);
            writer.WriteString("@module"u8, category);
            writer.WriteString("@timestamp"u8, now);
            if (error is not null) writer.WriteString("error"u8, error.ToString());
            writer.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenSpan;
    }

    /// <summary>What came from outside must not look like another event.</summary>
    private static StringBuilder OneLine(StringBuilder text, string message)
    {
        foreach (var c in message)
        {
            if (c == '\n') text.Append("\\n");
            else if (!char.IsControl(c)) text.Append(c);
        }
        return text;
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };

    private sealed class Category(StandardErrorLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= log.Level && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) log.Write(name, logLevel, formatter(state, exception), exception);
        }
    }

    private LogLevel Level => level;
}
