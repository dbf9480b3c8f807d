using System.Net.Sockets;
using Coffer.Core.Storage;
using Npgsql;

namespace Coffer.Modules.Storage.PostgreSql;

/// <summary>Says of the driver's exceptions what they mean to those above.</summary>
internal static class Faults
{
    private const string IdleInTransactionTimeout = "25P03";

    /// <summary>True where the connection, not the statement, is at fault: another connection may do better.</summary>
    public static bool IsConnection(Exception error) => error switch
    {
        PostgresException refused => refused.SqlState.StartsWith("57P", StringComparison.Ordinal)
            || refused.SqlState.StartsWith("08", StringComparison.Ordinal)
            || refused.SqlState == IdleInTransactionTimeout,
        NpgsqlException or SocketException => true,
        _ => false,
    };

    public static bool IsDatabase(Exception error) =>
        error is NpgsqlException or SocketException or TimeoutException or ObjectDisposedException;

    public static Exception Translate(Exception error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } damaged =>
            new StorageFailedException($"PostgreSQL reports damage: {damaged.MessageText}", damaged),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full =>
            new StorageUnavailableException($"the disk is full: PostgreSQL: {full.MessageText}", full),
        PostgresException refused when IsOurs(refused.SqlState) =>
            new InvalidOperationException($"PostgreSQL: {refused.MessageText} ({refused.SqlState})", refused),
        PostgresException refused => new StorageUnavailableException($"PostgreSQL: {refused.MessageText} ({refused.SqlState})", refused),
        ObjectDisposedException closed => new StorageUnavailableException("the storage is closed", closed),
        _ when IsDatabase(error) => new StorageUnavailableException($"PostgreSQL can't be reached: {error.Message}", error),
        _ => error,
    };

    /// <summary>Errors of what was asked rather than of the server: bad data, a constraint, a statement that is wrong.</summary>
    private static bool IsOurs(string state) =>
        state[..2] is "22" or "23" or "42"
        && state is not (PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedTable);
}
