using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Coffer.Core.Storage;

namespace Coffer.Core.Tokens;

/// <summary>Batch tokens: the token itself, encrypted, is the secret. Nothing is stored.</summary>
public sealed class BatchTokens(Barrier barrier)
{
    private static readonly EntryKey Place = new(NamespaceId.Root, "token/batch");

    public string Seal(Token token) =>
        TokenStore.BatchPrefix + Base64Url.EncodeToString(
            barrier.Encrypt(Place, JsonSerializer.SerializeToUtf8Bytes(token, StoredJson.Default.Token)));

    /// <summary>The token, or null if this is none of ours.</summary>
    public Token? Open(string secret)
    {
        try
        {
            var sealedToken = Base64Url.DecodeFromChars(secret.AsSpan(TokenStore.BatchPrefix.Length));
            return TokenStore.Parse(barrier.Decrypt(new Entry(Place, sealedToken, 0)));
        }
        catch (Exception e) when (e is FormatException or CryptographicException or CorruptEntryException or UnknownTermException or JsonException)
        {
            return null;
        }
    }
}
