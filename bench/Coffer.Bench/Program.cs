using System.Globalization;
using Coffer.Bench;
using Coffer.Bench.Ceilings;

if (args is [CeilingServer.Verb, var port, var body, var log])
{
    await CeilingServer.ServeAsync(int.Parse(port, CultureInfo.InvariantCulture), body, log);
    return 0;
}
if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}
var run = new Run(options);
await (options.CeilingsOnly ? run.CeilingsAsync() : run.AllAsync());
return 0;
