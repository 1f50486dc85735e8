package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// waitCounted returns when a query counts so many, or at once when any channel is closed.
func waitCounted(t testing.TB, d *Depot, sql string, number int64, or ...<-chan struct{}) {
	t.Helper()
	for ctx := testContext(t); countRows(t, d.pool, sql) != number; {
		for _, c := range or {
			if isClosed(c) {
				return
			}
		}
		if err := sleep(ctx, backoff(0)); err != nil {
			t.Fatalf("never %d: %s", number, sql)
		}
	}
}

// countAhead counts transactions that have written their histories and wait for the microbatch before them.
const countAhead = `SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND state = 'idle in transaction' AND query LIKE 'INSERT INTO %'`

// Invariant: a full microbatch writes its histories while the one before it is under way, and nobody sees them until both are committed. A third is not
// begun.
func TestWorkerWritesHistoriesAhead(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	startWorker(t, d, WorkerOptions{Lease: time.Hour, BatchSize: 2})
	settle(t, d, Deposit{"first", alice, 100})
	release := holdProgress(t, d)
	var receipts []Receipt
	for i := range 3 {
		more, err := d.Append(ctx, Transfer{fmt.Sprint(i, "a"), alice, bob, 10}, Transfer{fmt.Sprint(i, "b"), alice, bob, 10})
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, more...)
		waitBlocked(t, d) // the first is under way
		if i > 0 {
			waitCounted(t, d, countAhead, 1)
		}
	}
	if n := countRows(t, pool, "SELECT count(*) FROM outgoing_transfers"); n != 0 {
		t.Errorf("%d transfers are seen before they are committed", n)
	}
	release()
	if err := d.Wait(ctx, receipts); err != nil {
		t.Fatal(err)
	}
	if n := countRows(t, pool, "SELECT count(*) FROM microbatches"); n != 4 {
		t.Errorf("%d microbatches, want 4", n)
	}
	if n := countRows(t, pool, "SELECT epoch FROM lease"); n != 1 {
		t.Errorf("%d terms, want 1: nothing failed", n)
	}
	verifyOK(t, pool, 7)
}

// Invariant: a process that falls silent with its histories written keeps no successor waiting for long, and nothing of them stays.
func TestWorkerPausedWithHistoriesAhead(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d, other := newDepot(t, pool), newDepot(t, pool)
	ctx := testContext(t)
	records := []Record{Deposit{"salary", alice, 100}, Transfer{"rent", alice, bob, 60}, Transfer{"food", alice, bob, 60}}
	receipts, err := d.Append(ctx, records...)
	if err != nil {
		t.Fatal(err)
	}
	paused := NewWorker(d, WorkerOptions{ID: "paused", Lease: time.Microsecond, BatchSize: 1, Logger: testLogger(t)})
	term, err := paused.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first, second := term.begin(term.next), (*microbatch)(nil)
	if _, err := paused.fill(ctx, term, first); err != nil {
		t.Fatal(err)
	}
	before := term.send(first, nil) // and it is never heard of it
	close(before.connected)
	second = term.begin(first.next)
	paused.batchSize = 2
	if _, err := paused.fill(ctx, term, second); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- paused.commit(ctx, term.send(second, before)) }()
	waitCounted(t, d, countAhead, 1)

	start := time.Now()
	startWorker(t, other, WorkerOptions{ID: "successor"})
	if err := other.Wait(ctx, receipts); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("takeover took %v", took)
	}
	before.err = errFenced
	close(before.over)
	if err := <-ended; !errors.Is(err, errFenced) {
		t.Errorf("the microbatch after one that was refused: %v, want errFenced", err)
	}
	verifyOK(t, pool, 3)
}

// Invariant: what follows a microbatch is refused by the fence if that was not committed, also if it is sent all the same.
func TestWorkerFenceRefusesWhatFollowsNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	if _, err := d.Append(ctx, Deposit{"salary", alice, 100}, Transfer{"rent", alice, bob, 60}); err != nil {
		t.Fatal(err)
	}
	w := NewWorker(d, WorkerOptions{BatchSize: 1, Logger: testLogger(t)})
	term, err := w.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first := term.begin(term.next)
	if _, err := w.fill(ctx, term, first); err != nil {
		t.Fatal(err)
	}
	lost := term.send(first, nil)
	close(lost.over) // as if it were committed
	second := term.begin(first.next)
	if _, err := w.fill(ctx, term, second); err != nil {
		t.Fatal(err)
	}
	if err := w.commit(ctx, term.send(second, lost)); !errors.Is(err, errFenced) {
		t.Errorf("the second microbatch without the first: %v, want errFenced", err)
	}
	decideAll(t, NewWorker(d, WorkerOptions{ID: w.id, Logger: testLogger(t)}))
	verifyOK(t, pool, 2)
}

// Invariant: a row of a history that nobody can have decided stops the worker; it does not take it for another's for ever.
func TestWorkerRunStopsAtRowsFromNowhere(t *testing.T) {
	t.Parallel()
	for _, at := range []int64{0, 1, 2} { // in the first microbatch, and in what follows it
		t.Run(fmt.Sprint("position ", at), func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			d := newDepot(t, pool)
			ctx := testContext(t)
			const insert = `INSERT INTO outgoing_transfers
    (from_user_id, position, to_user_id, amount_minor, payer_balance_minor, depot_offset, appended_at, status, record_id, segment, by_id)
VALUES (0, $1, 1, 1, 1, $1, now(), 1, 'nowhere', 0, false)`
			if _, err := pool.Exec(ctx, insert, at); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Append(ctx, Transfer{"a", alice, bob, 1}, Transfer{"b", alice, bob, 1}, Transfer{"c", alice, bob, 1}); err != nil {
				t.Fatal(err)
			}
			err := NewWorker(d, WorkerOptions{BatchSize: 1, Logger: testLogger(t)}).Run(ctx)
			var refused *pgconn.PgError
			if !errors.As(err, &refused) || !strings.HasPrefix(refused.ConstraintName, "outgoing_transfers_pkey") {
				t.Errorf("Run: %v, want the refusal of the key", err)
			}
			if n := countRows(t, pool, "SELECT next_offset FROM progress"); n != at {
				t.Errorf("progress is %d, want %d", n, at)
			}
		})
	}
}

// aheadRound appends two microbatches, of which the second writes its histories while the first is under way, unless the failure comes before. A nil
// channel: there is none.
func (w *workerTable) aheadRound(t *testing.T, fired <-chan struct{}) {
	t.Helper()
	release := holdProgress(t, w.clean)
	w.append(t)
	const blocked = `SELECT least(count(*), 1) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`
	waitCounted(t, w.clean, blocked, 1, fired)
	w.append(t)
	waitCounted(t, w.clean, countAhead, 1, fired)
	release()
}

// ofMicrobatches returns the points that tell parts of microbatches apart: each has the same statements in the first and in the second.
func ofMicrobatches(seen []point) (points []point) {
	for _, p := range seen {
		switch p.statement {
		case aheadSettings, writeOutgoing, writeDeposits, advanceProgress, writeFunds, notify, "commit", endOfMessage:
			points = append(points, p)
		}
	}
	return points
}

// Invariant: whatever statement of two microbatches fails, in whatever way, before or after it took effect, while the second has written its histories, or writes
// them, and whoever goes on, every record is applied once.
func TestWorkerAhead_faultTable(t *testing.T) {
	t.Parallel()
	forEachFault(t, func(t *testing.T, how failure, next successor) {
		w := newWorkerTable(t)
		start := func() (stop func()) {
			return startWorker(t, w.faulty, WorkerOptions{ID: "first", Lease: shortLease, BatchSize: 5})
		}
		stop := start()
		w.round(t, nil)
		w.faults.record()
		w.aheadRound(t, nil)
		w.round(t, nil)
		stop()
		for _, at := range rows(t, ofMicrobatches(w.faults.disarm()), how) {
			t.Run(at.String(), func(t *testing.T) {
				stop := start()
				w.round(t, nil)
				fired := w.faults.arm(at, how, next == another)
				for begun := time.Now(); !isClosed(fired); {
					w.aheadRound(t, fired)
					if next == another {
						w.round(t, fired)
					} else {
						w.round(t, nil)
					}
					if time.Since(begun) > time.Minute {
						t.Fatal("the statement was never executed again")
					}
				}
				if next == another {
					w.takenOver(t)
				}
				stop()
				w.check(t)
			})
		}
		compareWithModel(t, w.pool)
	})
}

// Invariant: however large a microbatch is, the message that takes locks after its histories are written arrives as a whole or not at all: a process
// that falls silent while it sends it would keep them, and with them its successor, until the connection ends.
func TestWorkerSecondMessageIsSmall(t *testing.T) {
	t.Parallel()
	d := newDepot(t, pgtest.New(t))
	ctx := testContext(t)
	w := NewWorker(d, WorkerOptions{BatchSize: 1, Logger: testLogger(t)})
	term, err := w.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const records = 5000
	many := []Record{Deposit{"first", alice, 1}}
	for i := range records {
		many = append(many, Deposit{"many", int64(i), 1})
	}
	if _, err := d.Append(ctx, many...); err != nil {
		t.Fatal(err)
	}
	first := term.begin(term.next)
	if _, err := w.fill(ctx, term, first); err != nil {
		t.Fatal(err)
	}
	before := term.send(first, nil)
	w.batchSize = records
	second := term.begin(first.next)
	if _, err := w.fill(ctx, term, second); err != nil {
		t.Fatal(err)
	}
	after := term.send(second, before)
	const segment = 536 // that every network carries
	if n := len(after.rest.encode()); n > segment {
		t.Errorf("the second message has %d bytes, want %d at most", n, segment)
	}
	ended := make(chan error)
	go func() { ended <- w.commit(ctx, after) }()
	if err := w.commit(ctx, before); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	verifyOK(t, d.pool, 1+records)
}

// Invariant: who is refused finds out why with the connection that it has.
func TestWorkerRefusedWithOneConnection(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	if _, err := d.Append(testContext(t), Deposit{"salary", alice, 1}); err != nil {
		t.Fatal(err)
	}
	old := NewWorker(newDepot(t, narrowed(t, pool, 1)), WorkerOptions{ID: "old", Lease: time.Microsecond, Logger: testLogger(t)})
	term, err := old.campaign(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	mb := term.begin(term.next)
	if _, err := old.fill(testContext(t), term, mb); err != nil {
		t.Fatal(err)
	}
	decideAll(t, NewWorker(d, WorkerOptions{ID: "successor", Logger: testLogger(t)}))
	old.answerWithin = 5 * time.Second
	if err := old.commit(testContext(t), term.send(mb, nil)); !errors.Is(err, errFenced) {
		t.Errorf("commit: %v, want errFenced", err)
	}
	verifyOK(t, pool, 1)
}
