using System.Net.Http.Headers;

namespace Coffer.Client;

/// <summary>The connection: TLS, headers, redirects and retries. Knows nothing of what the bodies mean.</summary>
internal sealed class Transport : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private readonly CofferOptions _options;
    private readonly HttpClient _http;
    private readonly string _base;

    public Transport(CofferOptions options)
    {
        _options = options;
        _base = options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/');
        // The handler outlives every request; HttpClient's own time-out would also cut long snapshot streams, so each request brings its own.
        _http = new HttpClient(Handler(options)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", options.UserAgent);
        _http.DefaultRequestHeaders.Add("X-Vault-Request", "true");
        if (!string.IsNullOrEmpty(options.Namespace))
            _http.DefaultRequestHeaders.TryAddWithoutValidation("X-Vault-Namespace", options.Namespace);
    }

    public Uri Address => _options.Address;

    public TimeSpan Timeout => _options.Timeout;

    /// <summary>Sends a request, again where the reply asks for it, and returns the last reply whatever its status.</summary>
    public async Task<CofferReply> SendAsync(CofferRequest request, string? token, CancellationToken cancellation)
    {
        for (int attempt = 0; ; attempt++)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            timeout.CancelAfter(_options.Timeout);
            try
            {
                using HttpResponseMessage response = await OpenAsync(request, token, () => Content(request), timeout.Token);
                byte[] body = await response.Content.ReadAsByteArrayAsync(timeout.Token);
                int status = (int)response.StatusCode;
                if (attempt >= _options.MaxRetries || !MayRetry(request, status, body))
                    return new CofferReply(status, body, response.Content.Headers.ContentType?.MediaType);
                await Task.Delay(Wait(response.Headers.RetryAfter, attempt), _options.TimeProvider, cancellation);
            }
            catch (HttpRequestException e)
            {
                throw new CofferException(request.Method, request.Path, Address, 0, [], e);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                var slow = new TimeoutException($"no reply within {_options.Timeout.TotalSeconds:0.###} s");
                throw new CofferException(request.Method, request.Path, Address, 0, [], slow);
            }
        }
    }

    /// <summary>Sends a request once and returns when the headers are there, for bodies that are streamed.</summary>
    public async Task<HttpResponseMessage> OpenAsync(
        CofferRequest request, string? token, Func<HttpContent?> content, CancellationToken cancellation)
    {
        var target = new Uri(_base + RequestPath.Render(request));
        HttpResponseMessage response = await SendOnceAsync(target, request, token, content(), cancellation);
        // A standby of Vault's points at its leader. Follow once, and never from TLS to plain text: the token goes along.
        if ((int)response.StatusCode is 307 or 308 && response.Headers.Location is { } location)
        {
            var next = new Uri(target, location);
            if (target.Scheme == "https" && next.Scheme != "https")
                return response;
            response.Dispose();
            response = await SendOnceAsync(next, request, token, content(), cancellation);
        }
        return response;
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(
        Uri target, CofferRequest request, string? token, HttpContent? content, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method == "LIST" ? "GET" : request.Method), target);
        message.Content = content;
        // The handler takes the name for the handshake, and for the certificate, from here; it overwrites the TLS options' own.
        if (!string.IsNullOrEmpty(_options.TlsServerName))
            message.Headers.Host = _options.TlsServerName;
        if ((request.Token ?? token) is { Length: > 0 } sent)
            message.Headers.TryAddWithoutValidation("X-Vault-Token", sent);
        if ((request.WrapTtl ?? _options.WrapTtl) is { Length: > 0 } wrap)
            message.Headers.TryAddWithoutValidation("X-Vault-Wrap-TTL", wrap);
        return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private static ReadOnlyMemoryContent? Content(CofferRequest request)
    {
        if (request.Body is not { } body)
            return null;
        string type = request.ContentType ?? (request.Method == "PATCH" ? "application/merge-patch+json" : "application/json");
        return new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
    }

    /// <summary>
    /// 412 and 429 ask for it. A read may be repeated after any 5xx; a change only after 503, which says that it was not
    /// tried. A sealed server does not open by waiting, and 501 is not initialised: those are answers.
    /// </summary>
    private static bool MayRetry(CofferRequest request, int status, byte[] body) => status switch
    {
        412 or 429 => true,
        503 => body.AsSpan().IndexOf("sealed"u8) < 0,
        >= 500 and not 501 => request.Method is "GET" or "LIST",
        _ => false,
    };

    private TimeSpan Wait(RetryConditionHeaderValue? after, int attempt)
    {
        TimeSpan wait = after?.Delta
            ?? (after?.Date is { } date ? date - _options.TimeProvider.GetUtcNow() : TimeSpan.FromMilliseconds(250 << Math.Min(attempt, 6)));
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > LongestWait ? LongestWait : wait;
    }

    private static SocketsHttpHandler Handler(CofferOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = options.Timeout,
            // A proxy cannot reach this machine's own loopback.
            UseProxy = !options.Address.IsLoopback,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        if (options.Address.Scheme == "https")
            handler.SslOptions = Tls.Options(options);
        return handler;
    }
}
