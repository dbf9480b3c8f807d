using System.Globalization;
using Coffer.Core.Requests;

namespace Coffer.Modules.Engines.Kv;

/// <summary><c>delete/</c>, <c>undelete/</c>, <c>destroy/</c>: what is done to chosen versions.</summary>
internal static class SecretVersions
{
    private static readonly Field Versions = Field.StringList("versions", "The numbers of the versions.");

    public static IReadOnlyList<PathDescription> Paths { get; } =
    [
        new PathDescription("delete/{path*}")
        {
            Summary = "Deletes versions so that they can be undeleted",
            Fields = [Versions],
            Write = call => ChangeAsync(call, static (call, _, record, version) =>
            {
                if (!version.IsGone(call.Now)) record.Set(version with { Deleted = call.Now });
            }),
        },
        new PathDescription("undelete/{path*}")
        {
            Summary = "Brings deleted versions back",
            Fields = [Versions],
            Write = call => ChangeAsync(call, static (_, _, record, version) =>
            {
                if (!version.Destroyed) record.Set(version with { Deleted = null });
            }),
        },
        new PathDescription("destroy/{path*}")
        {
            Summary = "Removes the data of versions for good",
            Fields = [Versions],
            Write = call => ChangeAsync(call, static (call, path, record, version) =>
            {
                if (!version.Destroyed) SecretEntries.DestroyVersion(call.Store, path, record, version);
            }),
        },
    ];

    private static async ValueTask<Reply> ChangeAsync(Call call, Action<Call, string, SecretRecord, SecretVersion> change)
    {
        var path = call.Fields.Path("path");
        if (KvPath.Refusal(path) is { } refusal) return Reply.BadRequest(refusal);
        if (call.Fields.StringList("versions") is not { Count: > 0 } texts) return Reply.BadRequest("no version number provided");
        var numbers = new List<long>(texts.Count);
        foreach (var text in texts)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return Reply.BadRequest("versions must be a list of numbers");
            numbers.Add(number);
        }
        if (await SecretEntries.FindAsync(call.Store, path) is not { } record) return Reply.Empty();
        foreach (var number in numbers)
        {
            if (record.Row(number) is { } version) change(call, path, record, version);
        }
        SecretEntries.Save(call.Store, path, record);
        return Reply.Empty();
    }
}
