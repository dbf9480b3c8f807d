using System.Net;
using System.Runtime.CompilerServices;
using Coffer.Core.Requests;
using Coffer.Core.SystemApi;
using Coffer.Formats;
using Coffer.Server.Configuration;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Coffer.Server.Http;

/// <summary>Carries one request through the pipeline.</summary>
internal delegate ValueTask<Reply> RequestHandler(Request request, CancellationToken cancel);

/// <summary>What the door needs to know of the rest of the server.</summary>
/// <param name="TakesUpload">Whether a path takes its body as a stream (restoring a snapshot).</param>
/// <param name="Cors">The present content of <c>sys/config/cors</c>.</param>
internal sealed record DoorSeams(RequestHandler Handle, Func<string, bool> TakesUpload, Func<CorsSettings> Cors);

/// <summary>
/// The first door: Vault's HTTP dialect under <c>/v1/</c>. It maps a request, hands it to the pipeline and renders the reply; it decides
/// nothing but what is no request at all.
/// </summary>
internal sealed class VaultDoor(DoorSeams seams, ILogger log)
{
    private const string Prefix = "/v1/";
    private const string HealthPath = "sys/health";

    public async Task HandleAsync(HttpContext http, ListenerConfig listener)
    {
        var id = RequestIds.Next();
        try
        {
            if (Cors.Answers(http, seams.Cors())) return;
            var (request, body, refusal) = await ReadAsync(http, listener, id);
            using (body)
            {
                if (request is null)
                {
                    if (refusal is not null) await ReplyWriter.WriteAsync(http, refusal, id);
                    return;
                }
                using var deadline = Deadline.Start(http, request.Upload is null ? listener.MaxRequestDuration : null);
                var reply = await seams.Handle(request, deadline.Token);
                await ReplyWriter.WriteAsync(http, reply, id);
            }
        }
        catch (BadHttpRequestException e)
        {
            await ReplyWriter.FailAsync(http, e.StatusCode, e.StatusCode == 413 ? "request body too large" : "malformed request");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (OperationCanceledException)
        {
            await ReplyWriter.FailAsync(http, 503, $"the request took longer than {Durations.Format(listener.MaxRequestDuration)}");
        }
        catch (IOException e) when (e.InnerException is OverflowException)
        {
            // Kestrel's word for a chunk whose size no number holds.
            await ReplyWriter.FailAsync(http, 400, "malformed request");
        }
        catch (Exception e)
        {
            Log.RequestFailed(log, id, e);
            await ReplyWriter.FailAsync(http, 500, $"internal error (request {id})");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(Request? Request, RequestBody Body, Reply? Refusal)> ReadAsync(
        HttpContext http, ListenerConfig listener, string id)
    {
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!RequestTarget.TryParse(raw, out var target)) return Refuse(Reply.BadRequest("malformed path"));
        if (!target.Path.StartsWith(Prefix, StringComparison.Ordinal) && target.Path != "/v1") return Refuse(Reply.NotFound());
        if (target.Redirect is not null || target.Path == "/v1")
        {
            ReplyWriter.Redirect(http, target.Redirect ?? Prefix);
            return default;
        }
        var path = target.Path[Prefix.Length..];
        if (Verb(http.Request.Method, path, target, out var query) is not { } operation)
            return Refuse(new Reply { Status = query is null ? 400 : 405 });
        if (operation == Operation.List && path.Length > 0 && !path.EndsWith('/')) path += "/";

        var headers = http.Request.Headers;
        if (!IsRoot(headers["X-Vault-Namespace"])) return Refuse(Reply.Refuse(404, "namespace not found"));
        var peer = http.Connection.RemoteIpAddress ?? IPAddress.None;
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        if (listener.ForwardedFor is { } forwarded)
        {
            if (ForwardedFor.Resolve(forwarded, peer, headers["X-Forwarded-For"], out var why) is not { } client)
                return Refuse(Reply.BadRequest(why!));
            peer = client;
        }
        if (!TryWrapTtl(headers["X-Vault-Wrap-TTL"], out var wrap, out var problem))
            return Refuse(Reply.BadRequest($"error parsing X-Vault-Wrap-TTL header: {problem}"));

        var token = Token(headers);
        var upload = operation == Operation.Update && token is not null && seams.TakesUpload(path);
        RequestBody body = default;
        if (!upload && operation is Operation.Update or Operation.Patch)
        {
            var limit = token is null ? listener.MaxUnauthenticatedRequestSize : listener.MaxRequestSize;
            // After a refusal Kestrel still reads what the client sends on, so that it gets to see the answer. A body that does not say its
            // length may never end: there only Kestrel's own limit ends the reading, and with it the connection.
            if (http.Request.ContentLength is null && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
                most.MaxRequestBodySize = limit + 1;
            (var fits, body) = await RequestBody.ReadAsync(http.Request.BodyReader, http.Request.ContentLength, limit, http.RequestAborted);
            if (!fits) return Refuse(Reply.Refuse(413, $"request body too large: more than {limit} bytes"));
            if (IsForm(http.Request.ContentType) && !body.IsJson && !body.TryTurnFormIntoJson())
            {
                body.Dispose();
                return Refuse(Reply.BadRequest("error parsing form data"));
            }
        }
        var request = new Request
        {
            Id = id,
            Operation = operation,
            Path = path,
            Query = query!,
            Body = body.Memory,
            Upload = upload ? http.Request.Body : null,
            Token = token,
            WrapTtl = wrap,
            OpenMetrics = listener.UnauthenticatedMetrics,
            Client = peer,
            ClientPort = http.Connection.RemotePort,
            ClientCertificate = listener.Tls is null ? null : http.Connection.ClientCertificate,
            Header = name => http.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null,
        };
        return (request, body, null);

        static (Request?, RequestBody, Reply?) Refuse(Reply reply) => (null, default, reply);
    }

    /// <summary>The operation; null with a query for a method that is none, and without one for a query that is none.</summary>
    private static Operation? Verb(
        string method, string path, RequestTarget target, out IReadOnlyList<KeyValuePair<string, string>>? query)
    {
        query = target.TryParseQuery(out var pairs) ? pairs : null;
        if (query is null) return null;
        switch (method)
        {
            case "GET":
                foreach (var (name, value) in pairs)
                {
                    if (name == "help") return Operation.Help;
                    if (name != "list" || value.Length == 0) continue;
                    if (Scalars.TryParseBool(value, out var list)) return list ? Operation.List : Operation.Read;
                    query = null;
                    return null;
                }
                return Operation.Read;
            case "LIST":
                return Operation.List;
            case "POST" or "PUT":
                return Operation.Update;
            case "PATCH":
                return Operation.Patch;
            case "DELETE":
                return Operation.Delete;
            case "HEAD" when path == HealthPath:
                return Operation.Read;
            default:
                return null;
        }
    }

    /// <summary>Only the root namespace is served: any other must not be taken for it.</summary>
    private static bool IsRoot(StringValues header)
    {
        return header.Count == 0 || header.ToString() is "" or "/" or "root" or "root/" or "/root" or "/root/";
    }

    private static string? Token(IHeaderDictionary headers)
    {
        if (First(headers["X-Vault-Token"]) is { } token) return token;
        if (First(headers["X-Coffer-Token"]) is { } own) return own;
        const string scheme = "Bearer ";
        return First(headers.Authorization) is { } header && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && header.AsSpan(scheme.Length).Trim() is { IsEmpty: false } bearer
            ? bearer.ToString()
            : null;
    }

    private static string? First(StringValues header) => header.Count > 0 && header[0] is { Length: > 0 } text ? text : null;

    private static bool TryWrapTtl(StringValues header, out TimeSpan? ttl, out string? problem)
    {
        ttl = null;
        problem = null;
        if (First(header) is not { } text) return true;
        if (!Durations.TryParse(text, out var value, out problem)) return false;
        if (value < TimeSpan.Zero)
        {
            problem = "requested wrap ttl cannot be negative";
            return false;
        }
        ttl = value;
        return true;
    }

    private static bool IsForm(string? contentType) =>
        contentType is not null && contentType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
}
