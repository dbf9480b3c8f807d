namespace Coffer.Core.Audit;

/// <summary>An audit device as <c>sys/audit</c> has it: a sink that is fed from the built-in log.</summary>
/// <param name="Path">With <c>/</c> at its end.</param>
/// <param name="Salt">The device's own HMAC key.</param>
public sealed record AuditDevice(
    string Path, string Type, string Description, bool Local, IReadOnlyDictionary<string, string> Options, byte[] Salt)
{
    public override string ToString() => $"{Type} at {Path}";
}

/// <summary>Makes the sink of a device, and tries it.</summary>
/// <exception cref="AuditOptionException">The type is unknown, or an option is missing, wrong or unknown.</exception>
public delegate (IAuditSink Sink, AuditSinkQueue Queue) AuditSinkFactory(AuditDevice device);
