using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary>The two fields by which every list can be read in parts.</summary>
internal static class Paging
{
    public static readonly Field[] Fields = [Field.String("after", "Lists the names behind this one."), Field.Integer("limit", "Lists this many at the most.")];

    public static string? After(Call call) => call.Fields.String("after");

    public static int Limit(Call call) => (int)Math.Clamp(call.Fields.Integer("limit") ?? int.MaxValue, 1, int.MaxValue);
}
