using System.Reflection;
using Coffer.Core;
using Coffer.Core.Seals;
using Coffer.Core.Storage;
using Coffer.Server;
using Coffer.Server.Configuration;

CommandLine line;
try
{
    line = CommandLine.Parse(args);
}
catch (FormatException e)
{
    Complain($"cofferd: {e.Message}\nTry: cofferd --help");
    return 2;
}
if (line.Help)
{
    Print(CommandLine.Usage);
    return 0;
}
var version = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
if (line.Version)
{
    Print($"cofferd {version}");
    return 0;
}

var problems = new ConfigProblems();
var config = line.Dev ? DevMode.Config(line) : ConfigReader.ReadFiles(line.ConfigPaths, problems);
if (line.Check && config is not null) ConfigCheck.Run(config, problems);
if (problems.All.Count > 0 || config is null)
{
    foreach (var problem in problems.All) Complain(problem);
    return 1;
}
if (line.Check)
{
    Print("The configuration is good.");
    return 0;
}

using var logs = StandardErrorLog.Factory(line.LogLevel ?? config.LogLevel, config.LogJson);
var log = logs.CreateLogger("coffer");
try
{
    foreach (var gap in Hardening.Apply(config.DisableMlock)) Log.NotHardened(log, gap);
    await new Run(line, config, version, logs).RunAsync();
    return 0;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or StorageUnavailableException
    or StorageFailedException or SealUnavailableException or WrongKeyException or System.Security.Cryptography.CryptographicException)
{
    Log.CannotStart(log, e.Message);
    return 1;
}

static void Print(string text) => Console.Out.WriteLine(text);

static void Complain(string text) => Console.Error.WriteLine(text);
