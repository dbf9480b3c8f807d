using System.CommandLine;
using Coffer.Cli.Output;
using Coffer.Client;

namespace Coffer.Cli.Commands;

internal static class LeaseCommands
{
    public static Command Build(string name, string description) => Verb.Group(name, description, Lookup(), Renew(), Revoke());

    private static Command Lookup()
    {
        Argument<string> lease = Verb.Path("LEASE", "The lease's id.");
        return Verb.Reply("lookup", "Show what is known about a lease.", async (session, cancellation) =>
            await session.Client.Sys.LookupLeaseAsync(session.Get(lease), cancellation) is { } reply
                ? session.Reply(reply)
                : session.Nothing(session.Get(lease)), lease);
    }

    private static Command Renew()
    {
        Argument<string> lease = Verb.Path("LEASE", "The lease's id.");
        Option<string?> increment = Options.Text("increment", "How much longer, as 1h; the server may give less.", "TIME", "i");
        return Verb.Reply("renew", "Renew a lease.", async (session, cancellation) =>
            session.ReplyOrLease(await session.Client.Sys.RenewLeaseAsync(session.Get(lease), session.Get(increment), cancellation)), lease, increment);
    }

    private static Command Revoke()
    {
        Argument<string> lease = Verb.Path("LEASE", "The lease's id; with -prefix, a path.");
        Option<bool> prefix = Options.Flag("prefix", "Revoke every lease below the path.");
        Option<bool> force = Options.Flag("force", "With -prefix: forget leases even where they cannot be undone outside.", "-f");
        Option<bool> sync = Options.Flag("sync", "Wait until it is done.");
        return Verb.Quiet("revoke", "Revoke a lease, or all below a path.", async (session, cancellation) =>
        {
            string given = session.Get(lease);
            if (session.Get(force) && !session.Get(prefix))
                throw new LocalException("-force goes with -prefix: it is for a path, not for one lease.");
            if (session.Get(prefix))
                await session.Client.Sys.RevokePrefixAsync(given, session.Get(sync), session.Get(force), cancellation);
            else
                await session.Client.Sys.RevokeLeaseAsync(given, session.Get(sync), cancellation);
            return session.Done($"Revoked (if there was one): {given}");
        }, lease, prefix, force, sync);
    }

    private static int ReplyOrLease(this Session session, Secret? reply) =>
        reply is { LeaseId.Length: > 0 } ? session.Reply(reply) : session.ReplyOrDone(reply, "The lease is renewed.");
}
