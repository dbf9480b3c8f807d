namespace Coffer.Core.Tests.Barriers;

public sealed class SecretBufferTests
{
    [Fact]
    public void HoldsWhatIsWrittenWhileItGrows()
    {
        using var buffer = new SecretBuffer(1);
        var expected = new List<byte>();
        for (var i = 0; i < 5000; i++)
        {
            buffer.Append([(byte)i]);
            expected.Add((byte)i);
        }

        buffer.Append(new byte[3_000_000]);
        expected.AddRange(new byte[3_000_000]);
        Assert.True(buffer.WrittenSpan.SequenceEqual(expected.ToArray()));
    }

    [Fact]
    public void IsZeroedWhenClearedGrownAndDisposedOf()
    {
        var buffer = new SecretBuffer(10);
        buffer.Append("secret"u8);
        var memory = buffer.WrittenMemory;
        buffer.Clear();
        Assert.Equal(new byte[6], memory.ToArray());
        buffer.Append("secret"u8);
        buffer.GetSpan(10_000);
        Assert.Equal(new byte[6], memory.ToArray());
        memory = buffer.WrittenMemory;
        Assert.Equal("secret"u8, memory.Span);
        buffer.Dispose();
        Assert.Equal(new byte[6], memory.ToArray());
        Assert.Throws<ObjectDisposedException>(() => buffer.WrittenSpan.Length);
        buffer.Dispose();
    }

    [Fact]
    public void SaysNothingOfItsContent()
    {
        using var buffer = new SecretBuffer();
        buffer.Append("secret"u8);
        Assert.Equal("SecretBuffer(6)", buffer.ToString());
    }
}
