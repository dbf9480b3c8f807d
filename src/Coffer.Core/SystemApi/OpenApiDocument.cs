using System.Text.Json;
using Coffer.Core.Mounts;
using Coffer.Core.Policies;
using Coffer.Core.Requests;

namespace Coffer.Core.SystemApi;

/// <summary>An OpenAPI 3.0.3 document of every path that the mounts describe.</summary>
internal sealed class OpenApiDocument(Utf8JsonWriter w)
{
    private readonly HashSet<string> ids = new(StringComparer.Ordinal);

    public void Write(string apiVersion, IEnumerable<Mounted> mounts, Acl acl)
    {
        w.WriteString("openapi"u8, "3.0.3");
        w.WriteStartObject("info"u8);
        w.WriteString("title"u8, "Coffer");
        w.WriteString("description"u8, "The HTTP API of this server: of what is mounted on it, and only what the caller may reach.");
        w.WriteString("version"u8, apiVersion);
        w.WriteStartObject("license"u8);
        w.WriteString("name"u8, "Apache-2.0");
        w.WriteEndObject();
        w.WriteEndObject();
        Components();
        w.WriteStartArray("security"u8);
        w.WriteStartObject();
        Names("token", []);
        w.WriteEndObject();
        w.WriteEndArray();
        w.WriteStartObject("paths"u8);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mounted in mounts.Where(m => !m.Mount.Tainted && acl.GrantsUnder(m.Mount.Path)))
        {
            foreach (var path in mounted.Paths.Paths)
            {
                var template = "/" + (mounted.Mount.Path + path.Pattern.Replace("*}", "}", StringComparison.Ordinal)).TrimEnd('/');
                if (seen.Add(Shape(template))) Path(template, mounted.Mount, path);
            }
        }
        w.WriteEndObject();
    }

    private void Components()
    {
        w.WriteStartObject("components"u8);
        w.WriteStartObject("securitySchemes"u8);
        w.WriteStartObject("token"u8);
        w.WriteString("type"u8, "apiKey");
        w.WriteString("in"u8, "header");
        w.WriteString("name"u8, "X-Vault-Token");
        w.WriteEndObject();
        w.WriteEndObject();
        w.WriteStartObject("responses"u8);
        w.WriteStartObject("Refused"u8);
        w.WriteString("description"u8, "Refused, with the reasons.");
        Content(() =>
        {
            w.WriteString("type"u8, "object");
            w.WriteStartObject("properties"u8);
            w.WriteStartObject("errors"u8);
            Type("array");
            w.WriteStartObject("items"u8);
            Type("string");
            w.WriteEndObject();
            w.WriteEndObject();
            w.WriteEndObject();
        });
        w.WriteEndObject();
        w.WriteEndObject();
        w.WriteEndObject();
    }

    private void Path(string template, Mount mount, PathDescription path)
    {
        w.WriteStartObject(template);
        w.WriteString("description"u8, path.Description ?? path.Summary);
        var captures = Captures(path.Pattern).ToArray();
        if (captures.Length > 0)
        {
            w.WriteStartArray("parameters"u8);
            foreach (var (name, whole) in captures)
            {
                w.WriteStartObject();
                w.WriteString("name"u8, name);
                w.WriteString("in"u8, "path");
                w.WriteBoolean("required"u8, true);
                if (whole) w.WriteString("description"u8, "May have slashes.");
                w.WriteStartObject("schema"u8);
                Type("string");
                w.WriteEndObject();
                w.WriteEndObject();
            }
            w.WriteEndArray();
        }
        if (path.Sudo) w.WriteBoolean("x-vault-sudo"u8, true);
        if (path.Unauthenticated) w.WriteBoolean("x-vault-unauthenticated"u8, true);
        if (path.Exists is not null) w.WriteBoolean("x-vault-createSupported"u8, true);
        var free = path.Fields.Where(f => captures.All(c => c.Name != f.Name)).ToArray();
        if (path.Read is not null || path.List is not null) Get(template, mount, path, free);
        if (path.Write is not null) WithBody("post", template, mount, path, free, "application/json");
        if (path.Patch is not null) WithBody("patch", template, mount, path, free, "application/merge-patch+json");
        if (path.Delete is not null) Operation("delete", template, mount, path, () => Query(free, null));
        w.WriteEndObject();
    }

    private void Get(string template, Mount mount, PathDescription path, Field[] fields) => Operation("get", template, mount, path, () =>
        Query(path.Write is null || path.List is not null ? fields : [], path.List is null ? null : path.Read is null));

    private void WithBody(string verb, string template, Mount mount, PathDescription path, Field[] fields, string contentType) =>
        Operation(verb, template, mount, path, () =>
        {
            if (path.TakesUpload)
            {
                w.WriteStartObject("requestBody"u8);
                Content(() =>
                {
                    Type("string");
                    w.WriteString("format"u8, "binary");
                }, "application/octet-stream");
                w.WriteEndObject();
            }
            else if (fields.Length > 0)
            {
                w.WriteStartObject("requestBody"u8);
                Content(() => Schema(fields), contentType);
                w.WriteEndObject();
            }
        });

    private void Operation(string verb, string template, Mount mount, PathDescription path, Action more)
    {
        w.WriteStartObject(verb);
        var id = string.Concat(verb, template.Replace('/', '-').Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal));
        while (!ids.Add(id)) id += "-again";
        w.WriteString("operationId"u8, id);
        w.WriteString("summary"u8, path.Summary);
        Names("tags", [mount.Type]);
        more();
        if (path.Unauthenticated) Names("security", []);
        w.WriteStartObject("responses"u8);
        w.WriteStartObject("200"u8);
        w.WriteString("description"u8, "Done.");
        w.WriteEndObject();
        w.WriteStartObject("default"u8);
        w.WriteString("$ref"u8, "#/components/responses/Refused");
        w.WriteEndObject();
        w.WriteEndObject();
        w.WriteEndObject();
    }

    /// <param name="listRequired">Null where there is no list; else whether <c>list=true</c> must be given.</param>
    private void Query(Field[] fields, bool? listRequired)
    {
        if (fields.Length == 0 && listRequired is null) return;
        w.WriteStartArray("parameters"u8);
        if (listRequired is { } required)
        {
            w.WriteStartObject();
            w.WriteString("name"u8, "list");
            w.WriteString("in"u8, "query");
            w.WriteBoolean("required"u8, required);
            w.WriteString("description"u8, "Lists instead of reading.");
            w.WriteStartObject("schema"u8);
            Type("string");
            Names("enum", ["true"]);
            w.WriteEndObject();
            w.WriteEndObject();
        }
        foreach (var field in fields)
        {
            w.WriteStartObject();
            w.WriteString("name"u8, field.Name);
            w.WriteString("in"u8, "query");
            w.WriteString("description"u8, field.Description);
            w.WriteStartObject("schema"u8);
            Shape(field);
            w.WriteEndObject();
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private void Schema(Field[] fields)
    {
        Type("object");
        w.WriteStartObject("properties"u8);
        foreach (var field in fields)
        {
            w.WriteStartObject(field.Name);
            w.WriteString("description"u8, field.Description);
            Shape(field);
            w.WriteEndObject();
        }
        w.WriteEndObject();
        if (fields.Any(f => f.Required)) Names("required", fields.Where(f => f.Required).Select(f => f.Name));
    }

    private void Shape(Field field)
    {
        switch (field.Kind)
        {
            case FieldKind.Integer or FieldKind.Boolean or FieldKind.Map:
                Type(field.Kind switch { FieldKind.Integer => "integer", FieldKind.Boolean => "boolean", _ => "object" });
                break;
            case FieldKind.StringList:
                Type("array");
                w.WriteStartObject("items"u8);
                Type("string");
                w.WriteEndObject();
                break;
            case FieldKind.StringMap:
                Type("object");
                w.WriteStartObject("additionalProperties"u8);
                Type("string");
                w.WriteEndObject();
                break;
            case FieldKind.Duration:
                Type("string");
                w.WriteString("format"u8, "duration");
                break;
            case FieldKind.String:
                Type("string");
                if (field.OneOf is { } values) Names("enum", values);
                if (field.Default is { } text) w.WriteString("default"u8, text);
                break;
        }
    }

    private void Content(Action schema, string type = "application/json")
    {
        w.WriteStartObject("content"u8);
        w.WriteStartObject(type);
        w.WriteStartObject("schema"u8);
        schema();
        w.WriteEndObject();
        w.WriteEndObject();
        w.WriteEndObject();
    }

    private void Names(string name, IEnumerable<string> items) => JsonLists.Write(w, name, items);

    private void Type(string type) => w.WriteString("type"u8, type);

    private static IEnumerable<(string Name, bool Whole)> Captures(string pattern) => pattern.Split('/')
        .Where(s => s.StartsWith('{')).Select(s => (s.Trim('{', '}', '*'), s.EndsWith("*}", StringComparison.Ordinal)));

    /// <summary>Two templates that differ only in the names of their captures are the same path.</summary>
    private static string Shape(string template) =>
        string.Join('/', template.Split('/').Select(s => s.StartsWith('{') ? "{}" : s));
}
