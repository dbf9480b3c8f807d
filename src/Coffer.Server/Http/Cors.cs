using Coffer.Core.SystemApi;

namespace Coffer.Server.Http;

/// <summary>Cross-origin requests, as <c>sys/config/cors</c> permits them; without it browsers get no permission.</summary>
internal static class Cors
{
    private const string Methods = "DELETE, GET, OPTIONS, POST, PUT, LIST, PATCH";

    /// <summary>True if the request is answered with this: a preflight, or an origin that is not allowed.</summary>
    public static bool Answers(HttpContext http, CorsSettings settings)
    {
        if (!settings.Enabled) return false;
        string? origin = http.Request.Headers.Origin;
        if (string.IsNullOrEmpty(origin)) return false;
        var response = http.Response;
        response.Headers.Vary = "Origin";
        if (!settings.Allows(origin))
        {
            response.StatusCode = 403;
            response.ContentLength = 0;
            return true;
        }
        response.Headers.AccessControlAllowOrigin = origin;
        if (http.Request.Method != "OPTIONS") return false;
        string? wanted = http.Request.Headers.AccessControlRequestMethod;
        response.ContentLength = 0;
        if (wanted is null || !Methods.Split(", ").Contains(wanted))
        {
            response.StatusCode = 405;
            return true;
        }
        response.StatusCode = 204;
        response.ContentLength = null;
        response.Headers.AccessControlAllowMethods = Methods;
        response.Headers.AccessControlAllowHeaders = string.Join(", ", settings.Headers);
        response.Headers.AccessControlMaxAge = "300";
        return true;
    }
}
