using System.Text;
using Coffer.Core.Policies;
using Coffer.Core.Policies.Passwords;
using Coffer.Core.Requests;
using Coffer.Core.Storage;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/policies/password</c>: how generated passwords look.</summary>
internal sealed class PasswordPoliciesApi
{
    private static readonly Field[] Fields = [Field.String("policy", "The text, in HCL or JSON; base64 is understood.")];

    public IEnumerable<PathDescription> Paths =>
    [
        new("policies/password") { Summary = "Lists the password policies.", Fields = Paging.Fields, List = ListAsync },
        new("policies/password/{name*}/generate") { Summary = "Makes a password.", Read = GenerateAsync },
        new("policies/password/{name*}")
        {
            Summary = "Reads, writes or deletes a password policy.", Fields = Fields, Read = ReadAsync, Write = WriteAsync, Delete = DeleteAsync,
        },
    ];

    private static async ValueTask<Reply> ListAsync(Call call) => Reply.Keys(
        await call.Transaction.ListAsync(call.Request.Namespace, PasswordPolicies.Prefix, Paging.After(call), Paging.Limit(call)));

    private static async ValueTask<Reply> ReadAsync(Call call) =>
        await call.Transaction.GetAsync(Key(call)) is { } entry
            ? Reply.Json(w => w.WriteString("policy"u8, entry.Value))
            : Reply.NotFound();

    private static async ValueTask<Reply> GenerateAsync(Call call)
    {
        if (await PasswordPolicies.FindAsync(call.Transaction, call.Request.Namespace, call.Fields.Path("name")) is not { } policy)
            return Reply.Refuse(404, "policy does not exist");
        return Reply.Json(w => w.WriteString("password"u8, policy.Generate()));
    }

    private static ValueTask<Reply> WriteAsync(Call call)
    {
        if (call.Fields.Path("name").Length == 0) return Refuse("missing policy name");
        var text = call.Fields.String("policy") ?? "";
        if (text.Length == 0) return Refuse("missing policy");
        if (Base64Text.TryDecode(text, out var decoded)) text = decoded;
        try
        {
            _ = PasswordPolicy.Parse(text);
        }
        catch (PolicyException e)
        {
            return Refuse(e.Message);
        }
        call.Transaction.Put(Key(call), Encoding.UTF8.GetBytes(text));
        return ValueTask.FromResult(Reply.Empty());
    }

    private static ValueTask<Reply> DeleteAsync(Call call)
    {
        call.Transaction.Delete(Key(call));
        return ValueTask.FromResult(Reply.Empty());
    }

    private static EntryKey Key(Call call) => PasswordPolicies.Key(call.Request.Namespace, call.Fields.Path("name"));

    private static ValueTask<Reply> Refuse(string why) => ValueTask.FromResult(Reply.BadRequest(why));
}
