using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Tokens;

namespace Coffer.Modules.Engines.Cubbyhole;

/// <summary>
/// A room for each token, which no other token can see and which goes with it. The room is named by the token's keyed hash, so the
/// token's holder is the only one to find it.
/// </summary>
public sealed class CubbyholeEngine : IEngine
{
    /// <summary>Where the reply that a wrapping token stands for is kept: an object with the one text <c>response</c>.</summary>
    public const string WrappedResponse = "response";

    private CubbyholeEngine()
    {
    }

    public static EngineType Type { get; } =
        new("cubbyhole", MountKind.Secret, "A private room for each token", _ => new CubbyholeEngine()) { Single = true };

    public IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("{path*}")
        {
            Summary = "A secret of the calling token alone: any JSON object",
            Read = call => InRoomAsync(call, ReadAsync),
            List = call => InRoomAsync(call, ListAsync),
            Write = call => InRoomAsync(call, WriteAsync),
            Delete = call => InRoomAsync(call, DeleteAsync),
            Exists = async call => Room(call) is { } room && await room.GetAsync(call.Fields.Path("path")) is not null,
        },
    ];

    /// <summary>The room of one token, for what the pipeline keeps in it and to sweep it when the token is revoked.</summary>
    public static EntryView Room(EntryView mount, Token token) => mount.Below(token.Id + "/");

    private static EntryView? Room(Call call) => call.Token is { Type: TokenType.Service } token ? Room(call.Store, token) : null;

    private static ValueTask<Reply> InRoomAsync(Call call, Func<Call, EntryView, string, ValueTask<Reply>> run) =>
        Room(call) is { } room
            ? run(call, room, call.Fields.Path("path"))
            : ValueTask.FromResult(Reply.BadRequest("cubbyhole operations are only supported by \"service\" type tokens"));

    private static async ValueTask<Reply> ReadAsync(Call call, EntryView room, string path)
    {
        if (path.Length == 0 || await room.GetAsync(path) is not { } value) return Reply.NotFound();
        var reply = new Reply { Data = value };
        if (path == WrappedResponse && call.Token!.WrappedPath.Length > 0)
        {
            reply.Warnings.Add(
                "Reading from 'cubbyhole/response' is deprecated. Please use sys/wrapping/unwrap to unwrap responses, as it provides " +
                "additional security checks and other benefits.");
        }
        return reply;
    }

    private static async ValueTask<Reply> ListAsync(Call call, EntryView room, string path) =>
        Reply.Keys(await room.ListAsync(path.Length == 0 || path.EndsWith('/') ? path : path + "/"));

    private static ValueTask<Reply> WriteAsync(Call call, EntryView room, string path)
    {
        if (path.Length == 0 || path.EndsWith('/')) return ValueTask.FromResult(Reply.BadRequest("cannot write to a path ending in '/'"));
        if (path.Contains("..", StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal))
            return ValueTask.FromResult(Reply.BadRequest("path cannot contain '..' or NUL"));
        if (call.Fields.Body is not { ValueKind: JsonValueKind.Object } body || !body.EnumerateObject().Any())
            return ValueTask.FromResult(Reply.BadRequest("missing data fields"));
        room.Put(path, call.Request.Body.Span);
        return ValueTask.FromResult(Reply.Empty());
    }

    private static ValueTask<Reply> DeleteAsync(Call call, EntryView room, string path)
    {
        if (path.Length > 0) room.Delete(path);
        return ValueTask.FromResult(Reply.Empty());
    }
}
