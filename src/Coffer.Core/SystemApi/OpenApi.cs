using Coffer.Core.Mounts;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary><c>sys/internal/specs/openapi</c>.</summary>
internal sealed class OpenApi(MountTable mounts, VaultOptions options)
{
    public IEnumerable<PathDescription> Paths =>
    [
        new("internal/specs/openapi")
        {
            Summary = "This API as an OpenAPI document, as far as the caller may reach it.", Read = Read, Write = Read,
        },
    ];

    private ValueTask<Reply> Read(Call call) => ValueTask.FromResult(
        Reply.Json(w => new OpenApiDocument(w).Write(options.ApiVersion, mounts.All, call.Acl!), Envelope.Bare));
}
