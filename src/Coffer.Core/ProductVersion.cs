using System.Reflection;

namespace Coffer.Core;

/// <summary>Coffer's own version; the Vault version whose API is served is <see cref="VaultOptions.ApiVersion"/>.</summary>
public static class ProductVersion
{
    public static string Current { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
