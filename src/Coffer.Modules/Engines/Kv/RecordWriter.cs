using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Coffer.Modules.Engines.Kv;

/// <summary>Writes the fields of a stored record one after another; <see cref="RecordReader"/> reads them in the same order.</summary>
internal readonly struct RecordWriter(ArrayBufferWriter<byte> buffer)
{
    public void Byte(byte value)
    {
        buffer.GetSpan(1)[0] = value;
        buffer.Advance(1);
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Number(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(sizeof(long)), value);
        buffer.Advance(sizeof(long));
    }

    public void Moment(DateTimeOffset? value) => Number(value?.UtcTicks ?? 0);

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Number(value.Length);
        buffer.Write(value);
    }

    public void Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));
}

/// <summary>Reads what <see cref="RecordWriter"/> wrote. Past the end every field is empty, so a record may grow at its end.</summary>
internal ref struct RecordReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> rest = rest;

    public byte Byte() => Take(1) is [var value] ? value : (byte)0;

    public bool Flag() => Byte() != 0;

    public long Number() => Take(sizeof(long)) is { Length: sizeof(long) } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;

    public DateTimeOffset? Moment() => Number() is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public ReadOnlySpan<byte> Bytes() => Take((int)Number());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    private ReadOnlySpan<byte> Take(int count)
    {
        if (rest.IsEmpty) return [];
        if (count > rest.Length) throw new InvalidDataException("a stored record ends too early");
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
