package ledger

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The ledger's transactions are pipelined: begin and the first statements travel in one message, the last ones and
// commit in another. An error skips the rest of a message, so a commit is never reached after one.

// transactionSettings hold for one transaction. Its plans are made for its arrays and the present size of the tables (a
// plan kept from when they were empty would scan them). A process that stops in the middle, paused or cut off,
// loses its transaction, and with it its locks, in time for another to take over.
const transactionSettings = `SELECT set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('idle_in_transaction_session_timeout', '2000', true)`

// onCluster tells whether the database is on a Citus cluster. That plans a statement for its arguments, which say what nodes are concerned.
const onCluster = `to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL`

func queueBegin(b *pgx.Batch) {
	b.Queue("begin")
	b.Queue(transactionSettings)
}

// transientClasses are the classes of errors that may pass when the same is tried again: 08 connection, 25 transaction state
// (the server became a standby, or ended an idle transaction), 40 rollback (conflict or deadlock), 53 resources, 55 not
// in the state for it (locked), 57 operator (restart, cancelled), 58 system.
var transientClasses = []string{"08", "25", "40", "53", "55", "57", "58"}

// ofNode tells what a Citus cluster says of one of its nodes, in place of an error that has a code: that it was lost, or has refused a row of a copy.
func ofNode(pg *pgconn.PgError) bool {
	return pg.Code == internalError && slices.Contains(nodeErrorsIn, pg.File)
}

const internalError = "XX000"

// nodeErrorsIn are those of Citus' files whose errors they are: Postgres' own internal errors do not pass.
var nodeErrorsIn = []string{"remote_commands.c", "remote_transaction.c", "connection_management.c", "multi_copy.c", "adaptive_executor.c"}

// transient tells errors that may pass when the same is tried again, broken connections among them.
func transient(err error) bool {
	if errors.Is(err, errStaleFunds) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return slices.Contains(transientClasses, class(pg)) || ofNode(pg)
	}
	return broken(err)
}

// broken tells errors of a connection, including one that was not answered in time.
func broken(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	return errors.Is(err, errBroken) || errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded)
}

// commitUnknown tells whether a transaction may have been committed, given the error of the message that ended with commit.
// Only an ordinary error of a statement proves the contrary; a fatal one may have come between commit and its answer, and so may that of a cluster
// which has lost the only node concerned.
func commitUnknown(err error) bool {
	var pg *pgconn.PgError
	return !errors.As(err, &pg) || pg.SeverityUnlocalized != "ERROR" || class(pg) == "08" || ofNode(pg)
}

// isDataError tells errors that the data of a statement caused: data exceptions and broken constraints.
func isDataError(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (class(pg) == "22" || class(pg) == "23")
}

// class returns the first two characters of an error's code.
func class(pg *pgconn.PgError) string { return pg.Code[:min(2, len(pg.Code))] }

// backoff is the pause after a failed attempt, counted from 0: doubling from 5 ms to 500 ms, with jitter, so that
// processes that failed together do not come back together.
func backoff(attempt int) time.Duration {
	pause := 5 * time.Millisecond << min(attempt, 7)
	pause = min(pause, 500*time.Millisecond)
	return pause/2 + rand.N(pause/2+1)
}

// sleep waits, and returns early with ctx.Err() when ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
