using System.Text.Json;

namespace Coffer.Core.Audit.Index;

/// <summary>Takes from a log's entry what the index keeps.</summary>
internal static class EntryParser
{
    private const int LongestError = 200;

    /// <summary>The row of an entry; null for the first half of a change, whose second half is the row.</summary>
    public static IndexRow? Parse(long seq, ReadOnlySpan<byte> entry)
    {
        var reader = new Utf8JsonReader(entry);
        var row = new IndexRow { Seq = seq };
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("phase"u8))
            {
                reader.Read();
                if (reader.ValueTextEquals("request"u8)) return null;
                row = row with { Phase = reader.GetString()! };
            }
            else if (reader.ValueTextEquals("actor"u8))
            {
                row = row with { Actor = Actor(ref reader) };
            }
            else
            {
                row = Member(row, ref reader);
            }
        }
        return row;
    }

    private static IndexRow Member(IndexRow row, ref Utf8JsonReader reader)
    {
        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "time": return row with { Time = reader.GetDateTimeOffset() };
            case "node": return row with { Node = reader.GetString()! };
            case "request_id": return row with { RequestId = reader.GetString()! };
            case "mount": return row with { Mount = reader.GetString()! };
            case "path": return row with { Path = reader.GetString()! };
            case "operation": return row with { Operation = reader.GetString()! };
            case "decision": return row with { Decision = reader.GetString()! };
            case "policy": return row with { Policy = reader.GetString()! };
            case "rule": return row with { Rule = reader.GetString()! };
            case "client": return row with { Client = reader.GetString()! };
            case "version": return row with { Version = reader.GetInt64() };
            case "status": return row with { Status = reader.GetInt32() };
            case "error": return row with { Error = Short(reader.GetString()!) };
            default:
                reader.Skip();
                return row;
        }
    }

    private static IndexActor Actor(ref Utf8JsonReader reader)
    {
        var actor = new IndexActor();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name == "accessor") actor = actor with { Accessor = reader.GetString()! };
            else if (name == "display_name") actor = actor with { DisplayName = reader.GetString()! };
            else if (name == "entity_id") actor = actor with { EntityId = reader.GetString()! };
            else reader.Skip();
        }
        return actor;
    }

    private static string Short(string text) => text.Length <= LongestError ? text : text[..LongestError] + "…";
}
