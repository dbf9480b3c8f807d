using System.Security.Cryptography;
using System.Text;

namespace Coffer.Modules.Tests.SystemApi;

public sealed class Tools : IAsyncLifetime
{
    private TestVault vault = null!;

    public async ValueTask InitializeAsync() => vault = await TestVault.OpenAsync();

    public ValueTask DisposeAsync() => vault.DisposeAsync();

    [Theory]
    [InlineData("sys/tools/random", """{"bytes":8,"format":"hex"}""", 16)]
    [InlineData("sys/tools/random/16", "", 24)]
    [InlineData("sys/tools/random/platform", "", 44)]
    [InlineData("sys/tools/random/all/3", """{"format":"hex"}""", 6)]
    public async Task MakeRandomBytesOfTheLengthAsked(string path, string body, int length)
    {
        var one = (await vault.WriteAsync(path, body)).Json().Text("random_bytes")!;
        var other = (await vault.WriteAsync(path, body)).Json().Text("random_bytes")!;
        Assert.Equal(length, one.Length);
        Assert.NotEqual(one, other);
    }

    [Theory]
    [InlineData("sys/tools/random", """{"format":"octal"}""")]
    [InlineData("sys/tools/random", """{"bytes":0}""")]
    [InlineData("sys/tools/random/131073", "")]
    [InlineData("sys/tools/random/many", "")]
    [InlineData("sys/tools/random/seal", "")]
    [InlineData("sys/tools/random/moon/8", "")]
    [InlineData("sys/tools/hash", "")]
    [InlineData("sys/tools/hash", """{"input":"*hello*"}""")]
    [InlineData("sys/tools/hash/md5", """{"input":"aGVsbG8="}""")]
    [InlineData("sys/tools/hash", """{"input":"aGVsbG8=","format":"octal"}""")]
    public async Task RefuseWhatTheyDoNotKnow(string path, string body) => Assert.Equal(400, (await vault.WriteAsync(path, body)).Status);

    [Fact]
    public async Task HashAsAskedByPathOrBody()
    {
        Assert.Equal(
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            (await vault.WriteAsync("sys/tools/hash", """{"input":"aGVsbG8="}""")).Json().Text("sum"));
        Assert.Equal(
            "m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==",
            (await vault.WriteAsync("sys/tools/hash/sha2-512", """{"input":"aGVsbG8=","format":"base64","algorithm":"sha2-256"}""")).Json().Text("sum"));
    }

    [Theory]
    [InlineData("sha2-224", "", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f")]
    [InlineData("sha2-224", "abc", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")]
    [InlineData("sha2-224", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525")]
    [InlineData("sha3-224", "", "6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7")]
    [InlineData("sha3-224", "abc", "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf")]
    [InlineData("sha3-256", "abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    public void HashesMeetThePublishedVectors(string name, string text, string hex) =>
        Assert.Equal(hex, Convert.ToHexStringLower(Core.Hashes.Compute(name, Encoding.ASCII.GetBytes(text))!));

    [Fact]
    public void Sha3IsThePlatformsAtEveryLength()
    {
        for (var length = 0; length < 300; length++)
        {
            var data = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(SHA3_256.HashData(data), Core.Hashes.Compute("sha3-256", data));
            Assert.Equal(SHA3_384.HashData(data), Core.Hashes.Compute("sha3-384", data));
            Assert.Equal(SHA3_512.HashData(data), Core.Hashes.Compute("sha3-512", data));
        }
    }
}
