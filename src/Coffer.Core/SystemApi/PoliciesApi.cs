using Coffer.Core.Policies;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/policies/acl</c> and its older form <c>sys/policy</c>.</summary>
internal sealed class PoliciesApi(PolicyStore policies)
{
    private static readonly Field[] Fields =
    [
        Field.String("policy", "The text, in HCL or JSON; base64 is understood."),
        Field.String("rules", "The text under its oldest name."),
        .. Paging.Fields,
    ];

    public IEnumerable<PathDescription> Paths =>
    [
        new("policies/acl") { Summary = "Lists the policies.", Fields = Fields, List = ListAsync, Read = ListAsync },
        new("policies/acl/{name*}")
        {
            Summary = "Reads, writes or deletes a policy.", Fields = Fields, Read = call => ReadAsync(call, "policy"), Write = WriteAsync, Delete = DeleteAsync,
        },
        new("policy") { Summary = "Lists the policies.", Fields = Fields, List = ListOldAsync, Read = ListOldAsync },
        new("policy/{name*}")
        {
            Summary = "Reads, writes or deletes a policy.", Fields = Fields, Read = call => ReadAsync(call, "rules"), Write = WriteAsync, Delete = DeleteAsync,
        },
    ];

    private async ValueTask<Reply> ListAsync(Call call) => Reply.Keys(await NamesAsync(call));

    private async ValueTask<Reply> ListOldAsync(Call call)
    {
        var names = await NamesAsync(call);
        return Reply.Json(
            w =>
            {
                foreach (var key in (ReadOnlySpan<string>)["keys", "policies"])
                {
                    w.WriteStartArray(key);
                    foreach (var name in names) w.WriteStringValue(name);
                    w.WriteEndArray();
                }
            },
            Envelope.CopiedToTop);
    }

    private ValueTask<IReadOnlyList<string>> NamesAsync(Call call) => policies.ListAsync(
        call.Request.Namespace, Paging.After(call), Paging.Limit(call), call.Cancel);

    private async ValueTask<Reply> ReadAsync(Call call, string textName)
    {
        var name = Name(call);
        if (await policies.ReadAsync(call.Request.Namespace, name, call.Cancel) is not { } text) return Reply.NotFound();
        return Reply.Json(
            w =>
            {
                w.WriteString("name"u8, name);
                w.WriteString(textName, text);
            },
            textName == "rules" ? Envelope.CopiedToTop : Envelope.Full);
    }

    private static ValueTask<Reply> WriteAsync(Call call)
    {
        var name = Name(call);
        var old = call.Fields.String("rules") is not null && call.Fields.String("policy") is null;
        var text = call.Fields.String("policy") ?? call.Fields.String("rules") ?? "";
        if (name.Length == 0) return Refuse("policy name must be specified");
        if (name == PolicyNames.Root) return Refuse("cannot update \"root\" policy");
        if (text.Length == 0) return Refuse("'policy' parameter not supplied or empty");
        if (Base64Text.TryDecode(text, out var decoded)) text = decoded;
        try
        {
            _ = PolicyDocument.Parse(name, text);
        }
        catch (PolicyException e)
        {
            return Refuse($"failed to parse policy: {e.Message}");
        }
        PolicyStore.Write(call.Transaction, call.Request.Namespace, name, text);
        if (!old) return ValueTask.FromResult(Reply.Empty());
        return ValueTask.FromResult(new Reply { Warnings = { "'rules' is deprecated, please use 'policy' instead" } });
    }

    private static ValueTask<Reply> DeleteAsync(Call call)
    {
        var name = Name(call);
        if (name is PolicyNames.Root or PolicyNames.Default) return Refuse($"cannot delete \"{name}\" policy");
        PolicyStore.Delete(call.Transaction, call.Request.Namespace, name);
        return ValueTask.FromResult(Reply.Empty());
    }

    private static ValueTask<Reply> Refuse(string why) => ValueTask.FromResult(Reply.BadRequest(why));

    private static string Name(Call call) => PolicyNames.Canonical(call.Fields.Path("name"));
}
