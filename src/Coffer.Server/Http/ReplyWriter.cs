using System.Buffers;
using Coffer.Core.Requests;
using Microsoft.AspNetCore.Http.Features;

namespace Coffer.Server.Http;

/// <summary>Sends replies.</summary>
internal static class ReplyWriter
{
    private const string Json = "application/json";

    public static ValueTask WriteAsync(HttpContext http, Reply reply, string requestId)
    {
        var response = http.Response;
        Head(http);
        if (reply.Headers is not null)
        {
            foreach (var (name, value) in reply.Headers) response.Headers[name] = value;
        }
        if (reply.Wrap is null && reply.Raw is { } raw) return RawAsync(response, reply.Status, raw, http.RequestAborted);
        response.StatusCode = ReplyJson.Status(reply);
        if (!ReplyJson.HasContent(reply)) return default;
        response.ContentType = Json;
        using var buffer = ResponseBuffer.Take();
        ReplyJson.Write(buffer, reply, requestId);
        return SendAsync(response, buffer.Written);
    }

    /// <summary>A failure that has no reply; nothing can be said once the head is out.</summary>
    public static ValueTask FailAsync(HttpContext http, int status, string error)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return default;
        }
        http.Response.Clear();
        Head(http);
        http.Response.StatusCode = status;
        http.Response.ContentType = Json;
        using var buffer = ResponseBuffer.Take();
        ReplyJson.Errors(buffer, [error], []);
        buffer.Raw("\n"u8);
        return SendAsync(http.Response, buffer.Written);
    }

    public static void Redirect(HttpContext http, string location)
    {
        Head(http);
        http.Response.StatusCode = 301;
        http.Response.Headers.Location = location;
        http.Response.ContentLength = 0;
    }

    private static void Head(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (http.Request.IsHttps) http.Response.Headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
    }

    private static async ValueTask RawAsync(HttpResponse response, int status, RawContent raw, CancellationToken gone)
    {
        response.StatusCode = status;
        response.Headers.XContentTypeOptions = "nosniff";
        if (raw.ContentType.Length > 0) response.ContentType = raw.ContentType;
        if (raw.Write is { } write)
        {
            // A stream lives as long as its reader: a slow one is no attack here, it holds a token that may read it.
            response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await write(response.Body, gone);
            return;
        }
        await SendAsync(response, raw.Bytes.Span);
    }

    private static ValueTask SendAsync(HttpResponse response, ReadOnlySpan<byte> content)
    {
        response.ContentLength = content.Length;
        response.BodyWriter.Write(content);
        var flush = response.BodyWriter.FlushAsync();
        return flush.IsCompletedSuccessfully ? default : Await(flush);

        static async ValueTask Await(ValueTask<System.IO.Pipelines.FlushResult> flush) => await flush;
    }
}
