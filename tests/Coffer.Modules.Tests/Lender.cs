using System.Collections.Concurrent;
using System.Text.Json;
using Coffer.Core.Leases;
using Coffer.Core.Mounts;
using Coffer.Core.Requests;
using Coffer.Core.Tokens;

namespace Coffer.Modules.Tests;

/// <summary>An engine that leases, logs in and conflicts as a test wants it. Mounted as <c>lender</c>; the path of a loan is <c>lend/{name}</c>.</summary>
internal sealed class Lender : IEngine
{
    private readonly ConcurrentQueue<string> undone = new();
    private int tries;

    public EngineType Type => new("lender", MountKind.Secret, "Lends.", _ => this);

    /// <summary>Why a revocation is refused; null lets it pass.</summary>
    public string? Refusal { get; set; }

    /// <summary>What happens while a handler runs.</summary>
    public Func<Task>? Meanwhile { get; set; }

    /// <summary>The names of the loans that were undone, in order.</summary>
    public IReadOnlyList<string> Undone => [.. undone];

    /// <summary>Revocations that were tried.</summary>
    public int Tries => tries;

    public IReadOnlyList<PathDescription> Paths =>
    [
        new("lend/{name}") { Summary = "Lends.", Fields = [Field.Duration("ttl", "How long."), Field.Duration("max_ttl", "At most.")], Read = LendAsync },
        new("keep/{path*}") { Summary = "Keeps.", Read = GetAsync, Write = KeepAsync },
        new("login") { Summary = "Logs in.", Fields = [Field.Boolean("fail", "Refuses, with a token.")], Unauthenticated = true, Write = Login },
    ];

    public IReadOnlyList<LeaseKind> Leases => [new("loan", Undo)];

    private async ValueTask<Reply> LendAsync(Call call)
    {
        if (Meanwhile is { } meanwhile) await meanwhile();
        var name = Reply.Object(w => w.WriteString("name"u8, call.Fields.Path("name")));
        return new Reply
        {
            Data = name,
            Lease = new LeaseGrant(
                "loan", call.Fields.Duration("ttl") ?? TimeSpan.Zero, call.Fields.Duration("max_ttl") ?? TimeSpan.Zero, Renewable: true, name),
        };
    }

    private async ValueTask<Reply> KeepAsync(Call call)
    {
        await call.Store.GetAsync(call.Fields.Path("path"));
        if (Meanwhile is { } meanwhile) await meanwhile();
        call.Store.Put(call.Fields.Path("path"), call.Request.Body.Span);
        return Reply.Empty();
    }

    private static async ValueTask<Reply> GetAsync(Call call) =>
        await call.Store.GetAsync(call.Fields.Path("path")) is { } kept ? new Reply { Data = kept } : Reply.NotFound();

    private static ValueTask<Reply> Login(Call call) => ValueTask.FromResult(new Reply
    {
        Status = call.Fields.Boolean("fail") == true ? 400 : 200,
        Errors = call.Fields.Boolean("fail") == true ? ["no"] : [],
        Auth = new TokenGrant { Policies = ["default"] },
    });

    private ValueTask<Reply> Undo(LeaseCall call)
    {
        Interlocked.Increment(ref tries);
        if (Refusal is { } why) return ValueTask.FromResult(Reply.Refuse(500, why));
        undone.Enqueue(JsonElement.Parse(call.Internal.Span).Text("name")!);
        return ValueTask.FromResult(Reply.Empty());
    }
}
