using System.Globalization;
using System.Security.Cryptography;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/tools</c>: random bytes and hashes.</summary>
internal sealed class ToolsApi
{
    private const int DefaultBytes = 32;
    private const int MaxBytes = 128 << 10;

    private static readonly Field Format = Field.String("format", "How bytes are written: hex or base64.");
    private static readonly Field[] RandomFields =
    [
        new("bytes", FieldKind.Integer, $"How many bytes, up to {MaxBytes}.") { Default = "32" },
        Format with { Default = "base64" },
        new("source", FieldKind.String, "Where they come from: platform, or all (the same until a seal has a source of its own).") { Default = "platform" },
    ];

    private static readonly Field[] HashFields =
    [
        new("input", FieldKind.String, "The bytes to hash, in base64.") { Required = true },
        new("algorithm", FieldKind.String, "One of " + string.Join(", ", Hashes.Names) + ".") { Default = "sha2-256" },
        Format with { Default = "hex" },
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("tools/random") { Summary = "Makes random bytes.", Fields = RandomFields, Write = call => RandomAsync(call, null, null) },
        new("tools/random/{source}/{count}")
        {
            Summary = "Makes random bytes of one source.",
            Fields = [RandomFields[0], RandomFields[1]],
            Write = call => RandomAsync(call, call.Fields.Path("source"), call.Fields.Path("count")),
        },
        new("tools/random/{count}")
        {
            Summary = "Makes this many random bytes; or names the source.",
            Fields = RandomFields,
            Write = call => call.Fields.Path("count") is "platform" or "seal" or "all"
                ? RandomAsync(call, call.Fields.Path("count"), null)
                : RandomAsync(call, null, call.Fields.Path("count")),
        },
        new("tools/hash") { Summary = "Hashes bytes.", Fields = HashFields, Write = call => HashAsync(call, null) },
        new("tools/hash/{name}") { Summary = "Hashes bytes by one algorithm.", Fields = HashFields, Write = call => HashAsync(call, call.Fields.Path("name")) },
    ];

    private static ValueTask<Reply> RandomAsync(Call call, string? source, string? count)
    {
        source ??= call.Fields.String("source") ?? "platform";
        if (source == "seal") return Refuse("the seal has no source of random bytes; use \"platform\"");
        if (source is not ("platform" or "all")) return Refuse($"unsupported entropy source \"{source}\"; must be \"platform\" or \"all\"");
        var bytes = call.Fields.Integer("bytes") ?? DefaultBytes;
        if (count is not null && !long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out bytes))
            return Refuse($"error parsing url-set byte count: \"{count}\" is no number");
        if (bytes < 1) return Refuse("\"bytes\" cannot be less than 1");
        if (bytes > MaxBytes) return Refuse($"\"bytes\" should be less than {MaxBytes}");
        var format = call.Fields.String("format") ?? "base64";
        if (Unsupported(format) is { } refusal) return Refuse(refusal);
        var random = RandomNumberGenerator.GetBytes((int)bytes);
        var reply = Reply.Json(w => w.WriteString("random_bytes"u8, Encode(random, format)));
        CryptographicOperations.ZeroMemory(random);
        return ValueTask.FromResult(reply);
    }

    private static ValueTask<Reply> HashAsync(Call call, string? name)
    {
        name ??= call.Fields.String("algorithm") ?? "sha2-256";
        var format = call.Fields.String("format") ?? "hex";
        if (Unsupported(format) is { } refusal) return Refuse(refusal);
        var text = call.Fields.String("input")!;
        var input = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, input, out var length)) return Refuse("unable to decode input as base64");
        if (Hashes.Compute(name, input.AsSpan(0, length)) is not { } sum) return Refuse($"unsupported algorithm {name}");
        CryptographicOperations.ZeroMemory(input);
        return ValueTask.FromResult(Reply.Json(w => w.WriteString("sum"u8, Encode(sum, format))));
    }

    private static string? Unsupported(string format) =>
        format is "hex" or "base64" ? null : $"unsupported encoding format \"{format}\"; must be \"hex\" or \"base64\"";

    private static string Encode(byte[] bytes, string format) => format == "hex" ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);

    private static ValueTask<Reply> Refuse(string why) => ValueTask.FromResult(Reply.BadRequest(why));
}
