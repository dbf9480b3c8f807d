using System.Text.RegularExpressions;
using System.Xml.Linq;
using Coffer.Core.Storage;
using Coffer.TestKit;

namespace Coffer.Modules.Tests.Architecture;

/// <summary>How the parts may lean on each other, and what holds for every file.</summary>
public sealed partial class TheHouse
{
    private const int MostLines = 800;

    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Coffer.Formats"] = [],
        ["Coffer.Core"] = ["Coffer.Formats"],
        ["Coffer.Modules"] = ["Coffer.Core"],
        ["Coffer.Server"] = ["Coffer.Modules"],
        ["Coffer.Client"] = ["Coffer.Formats"],
        ["Coffer.Cli"] = ["Coffer.Client"],
    };

    [Fact]
    public void HasItsArrowsRunOneWay()
    {
        foreach (var project in Directory.GetFiles(Repository.File("src"), "*.csproj", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            Assert.True(Arrows.TryGetValue(name, out var allowed), $"{name} has no place in the house yet: say here what it may lean on");
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)).Order();
            Assert.Equal(allowed.Order(), references);
        }
    }

    [Fact]
    public void HasACoreThatKnowsNeitherWebServerNorDatabase()
    {
        var known = typeof(IStorage).Assembly.GetReferencedAssemblies().Select(a => a.Name!).ToList();
        Assert.DoesNotContain(known, a => a.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || a.StartsWith("Npgsql", StringComparison.Ordinal) || a.StartsWith("SQLite", StringComparison.Ordinal)
            || a.StartsWith("System.Data", StringComparison.Ordinal) || a.StartsWith("Coffer.Modules", StringComparison.Ordinal));
        Assert.DoesNotContain(
            typeof(BuiltIn).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    [Fact]
    public void HasModulesThatDoNotKnowEachOther()
    {
        var strangers = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in typeof(BuiltIn).Assembly.GetTypes())
        {
            if (ModuleOf(type) is not { } own) continue;
            foreach (var known in Il.References(type))
            {
                if (ModuleOf(known) is { } other && other != own) strangers.Add($"{type.FullName} knows {known.FullName}");
            }
        }
        Assert.Empty(strangers);
    }

    [Fact]
    public void SeesSuchKnowledgeInCode() =>
        Assert.Contains(typeof(Coffer.Modules.Engines.Kv.KvTypes), Il.References(typeof(BuiltIn)));

    [Fact]
    public void NamesThingsByTheFieldsNouns()
    {
        foreach (var (file, lines) in Sources())
        {
            foreach (var line in lines)
            {
                var vague = VagueName().Match(line);
                Assert.False(vague.Success, $"{file}: {vague.Value}");
            }
        }
    }

    [Fact]
    public void HasNoFileThatNobodyReadsToItsEnd()
    {
        foreach (var (file, lines) in Sources()) Assert.True(lines.Length <= MostLines, $"{file} has {lines.Length} lines");
    }

    /// <summary>The folder of one module, such as <c>Engines.Kv</c>; null for what all modules, or those of one kind, share.</summary>
    private static string? ModuleOf(Type type)
    {
        var parts = type.Namespace?.Split('.') ?? [];
        return type.Assembly == typeof(BuiltIn).Assembly && parts.Length > 3 ? $"{parts[2]}.{parts[3]}" : null;
    }

    private static IEnumerable<(string File, string[] Lines)> Sources() =>
        from folder in (string[])["src", "tests", "bench"]
        from file in Directory.EnumerateFiles(Repository.File(folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal)
        select (Path.GetRelativePath(Repository.Root, file), File.ReadAllLines(file));

    [GeneratedRegex(@"\b(class|struct|record|interface|enum) \w*(Manager|Helper|Helpers|Service|Impl|Utils|Util)\b")]
    private static partial Regex VagueName();
}
