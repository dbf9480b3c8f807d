using Coffer.Core.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>Typed, positional parameters, and rows that become entries.</summary>
internal static class Statements
{
    /// <summary>The columns that <see cref="Row"/> reads.</summary>
    public const string Columns = "ns, path, version, class, due_at, value";

    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return parameters;
    }

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, long value) =>
        parameters.With(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, int value) =>
        parameters.With(value, NpgsqlDbType.Integer);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, byte[] value) =>
        parameters.With(value, NpgsqlDbType.Bytea);

    public static NpgsqlParameterCollection With(this NpgsqlParameterCollection parameters, string value) =>
        parameters.With(value, NpgsqlDbType.Text);

    public static NpgsqlParameterCollection WithAll(this NpgsqlParameterCollection parameters, int[] values) =>
        parameters.With(values, NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public static NpgsqlParameterCollection WithAll(this NpgsqlParameterCollection parameters, long[] values) =>
        parameters.With(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static NpgsqlParameterCollection WithAll(this NpgsqlParameterCollection parameters, byte[]?[] values) =>
        parameters.With(values, NpgsqlDbType.Array | NpgsqlDbType.Bytea);

    /// <summary>Two parameters: the classes and the due times, null where an entry has none.</summary>
    public static NpgsqlParameterCollection WithAll(this NpgsqlParameterCollection parameters, Due?[] due) => parameters
        .With(Array.ConvertAll(due, one => (short?)one?.Class), NpgsqlDbType.Array | NpgsqlDbType.Smallint)
        .With(Array.ConvertAll(due, one => one?.At.UtcTicks), NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static EntryKey Key(NpgsqlDataReader row) =>
        new(new NamespaceId(row.GetInt32(0)), PathBytes.Text(row.GetFieldValue<byte[]>(1)));

    public static Entry Row(NpgsqlDataReader row)
    {
        Due? due = row.IsDBNull(3) ? null : new Due((DueClass)row.GetInt16(3), new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero));
        return new Entry(Key(row), row.GetFieldValue<byte[]>(5), row.GetInt64(2), due);
    }

    /// <summary>The driver takes arrays only; a value that is one already is not copied.</summary>
    public static byte[] ToBytes(ReadOnlyMemory<byte> value) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(value, out var segment)
        && segment.Offset == 0 && segment.Array!.Length == segment.Count
            ? segment.Array
            : value.ToArray();
}
