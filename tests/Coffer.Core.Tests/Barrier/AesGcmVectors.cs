using System.Security.Cryptography;
using System.Text.Json;

namespace Coffer.Core.Tests.Barriers;

/// <summary>Wycheproof's AES-GCM vectors, of the sizes that the barrier uses (12-byte nonce, 16-byte tag), against the platform's AES-GCM.</summary>
public sealed class AesGcmVectors
{
    [Fact]
    public void AllHold()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Barrier", "aes_gcm_test.json")));
        var seen = 0;
        foreach (var group in file.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            if (group.GetProperty("ivSize").GetInt32() != 96 || group.GetProperty("tagSize").GetInt32() != 128)
                continue;
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                Check(test);
                seen++;
            }
        }

        Assert.True(seen > 150, $"only {seen} vectors");
    }

    private static void Check(JsonElement test)
    {
        byte[] Field(string name) => Convert.FromHexString(test.GetProperty(name).GetString()!);
        var (plain, expected, tag) = (Field("msg"), Field("ct"), Field("tag"));
        using var cipher = new AesGcm(Field("key"), tag.Length);
        var made = new byte[plain.Length];
        var number = $"tcId {test.GetProperty("tcId").GetInt32()}";
        if (test.GetProperty("result").GetString() == "valid")
        {
            cipher.Decrypt(Field("iv"), expected, tag, made, Field("aad"));
            Assert.True(plain.AsSpan().SequenceEqual(made), number);
            var madeTag = new byte[tag.Length];
            cipher.Encrypt(Field("iv"), plain, made, madeTag, Field("aad"));
            Assert.True(expected.AsSpan().SequenceEqual(made) && tag.AsSpan().SequenceEqual(madeTag), number);
        }
        else
        {
            Assert.Throws<AuthenticationTagMismatchException>(() => cipher.Decrypt(Field("iv"), expected, tag, made, Field("aad")));
        }
    }
}
