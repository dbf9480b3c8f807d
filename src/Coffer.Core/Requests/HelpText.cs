using System.Text;
using Coffer.Core.Mounts;

namespace Coffer.Core.Requests;

/// <summary>What <c>?help=1</c> answers: written from the path's description.</summary>
internal static class HelpText
{
    public static Reply Of(Mounted mounted, PathDescription path)
    {
        var text = new StringBuilder();
        text.Append("Request:        ").Append(mounted.Mount.Path).AppendLine(path.Pattern);
        text.Append("Operations:     ").AppendJoin(", ", Operations(path)).AppendLine().AppendLine();
        text.AppendLine(path.Summary).AppendLine();
        if (path.Description is not null) text.AppendLine(path.Description).AppendLine();
        if (path.Fields.Count > 0) text.AppendLine("## PARAMETERS").AppendLine();
        foreach (var field in path.Fields)
        {
            text.Append("    ").Append(field.Name).Append(" (").Append(field.Kind).Append(')').AppendLine(field.Required ? ", required" : "");
            text.Append("        ").AppendLine(field.Description);
        }
        return Reply.Json(
            w =>
            {
                w.WriteString("help"u8, text.ToString());
                w.WriteStartArray("see_also"u8);
                w.WriteEndArray();
            },
            Envelope.Bare);
    }

    public static IEnumerable<string> Operations(PathDescription path)
    {
        if (path.Read is not null) yield return "read";
        if (path.List is not null) yield return "list";
        if (path.Write is not null && path.Exists is not null) yield return "create";
        if (path.Write is not null) yield return "update";
        if (path.Patch is not null) yield return "patch";
        if (path.Delete is not null) yield return "delete";
    }
}
