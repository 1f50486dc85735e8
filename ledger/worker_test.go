package ledger

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: a worker that was paused past its lease, before or between its microbatches, applies nothing any more.
func TestWorkerPausedPastLeaseIsFenced(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	paused := NewWorker(d, WorkerOptions{ID: "paused", Lease: time.Microsecond, Logger: testLogger(t)})
	successor := NewWorker(d, WorkerOptions{ID: "successor", Logger: testLogger(t)})
	if _, err := d.Append(ctx, seedRecords()...); err != nil {
		t.Fatal(err)
	}
	old, err := paused.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := successor.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := paused.microbatch(ctx, old); !errors.Is(err, errFenced) {
		t.Errorf("the paused worker before its successor's first microbatch: %d, %v, want errFenced", n, err)
	}
	if n, err := successor.microbatch(ctx, fresh); n != 7 || err != nil {
		t.Fatalf("the successor: %d, %v", n, err)
	}
	if n, err := paused.microbatch(ctx, old); !errors.Is(err, errFenced) {
		t.Errorf("the paused worker after it: %d, %v, want errFenced", n, err)
	}
	if err := paused.renew(ctx, old); !errors.Is(err, errFenced) {
		t.Errorf("the paused worker renews its lease: %v, want errFenced", err)
	}
	if held, err := paused.takeLease(ctx); held != nil || err != nil {
		t.Errorf("the paused worker takes a lease that is held: %v, %v", held, err)
	}
	verifyOK(t, pool, 7)
}

// Invariant: a worker that stops in the middle of a microbatch's transaction, locks held, keeps the others waiting for
// less than five seconds, and its transaction is lost.
func TestWorkerPausedInsideMicrobatch(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	paused := NewWorker(d, WorkerOptions{ID: "paused", Logger: testLogger(t)})
	if _, err := d.Append(ctx, seedRecords()...); err != nil {
		t.Fatal(err)
	}
	term, err := paused.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // Postgres has ended it before
	if _, err := tx.Exec(ctx, transactionSettings); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, advanceProgress, 0, term.next[0], term.epoch, term.next[0]+7); err != nil {
		t.Fatal(err)
	}

	other := newDepot(t, pool)
	start := time.Now()
	startWorker(t, other, WorkerOptions{ID: "successor"})
	if err := other.Wait(ctx, []Receipt{{Offset: 6}}); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("takeover took %v", took)
	}
	if err := tx.Commit(ctx); err == nil {
		t.Error("the paused transaction was committed")
	}
	verifyOK(t, pool, 7)
}

// Invariant: a worker that ends hands over at once; the other's processes and depots notice without polling themselves blind.
func TestWorkerHandsOver(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	first, second := newDepot(t, pool), newDepot(t, pool)
	ctx := testContext(t)
	s := NewPStates(pool)
	stopFirst := startWorker(t, first, WorkerOptions{ID: "first", Lease: time.Hour})
	settle(t, first, Deposit{"a", alice, 1})
	startWorker(t, second, WorkerOptions{ID: "second", Lease: time.Hour})
	settle(t, second, Deposit{"b", alice, 1}) // appended there, decided by the first
	status, err := s.ReadStatus(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if status.WorkerID == nil || *status.WorkerID != "first" || status.Processed != 2 || status.Lag != 0 || status.Partitions != 1 {
		t.Errorf("status is %+v", status)
	}
	stopFirst()
	settle(t, second, Deposit{"c", alice, 1}) // an hour's lease, so only the release lets the second work
	settle(t, first, Deposit{"d", alice, 1})  // a depot without a worker waits by polling
	if status, err = s.ReadStatus(ctx); err != nil || status.WorkerID == nil || *status.WorkerID != "second" {
		t.Errorf("status is %+v, %v", status, err)
	}
	verifyOK(t, pool, 4)
}

// Invariant: Run goes on when every connection is cut, and again.
func TestWorkerSurvivesCutConnections(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, newFaultyPool(t, pool, newFaults())) // another pool, so that this one keeps its connections
	startWorker(t, d, WorkerOptions{})
	const terminate = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'victim'`
	const rounds = 5
	for round := range rounds {
		settle(t, d, Deposit{fmt.Sprint(round), alice, 1})
		if n := countRows(t, pool, terminate); n == 0 {
			t.Error("no connection was cut")
		}
	}
	settle(t, d, Deposit{"last", alice, 1})
	verifyOK(t, pool, rounds+1)
}

// mortal is a connection that falls silent, without an end, when the next generation begins: what it sends gets lost, so nothing answers.
type mortal struct {
	net.Conn
	born int64
	now  *atomic.Int64
}

func (c mortal) Write(b []byte) (int, error) {
	if c.now.Load() != c.born {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// Invariant: connections that fall silent, as those through a firewall that forgets them, do not keep the worker for ever.
func TestWorkerSurvivesSilentConnections(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	var generation atomic.Int64
	var opened sync.Map
	config := pool.Config()
	config.ConnConfig.TLSConfig, config.ConnConfig.Fallbacks = nil, nil
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			opened.Store(conn, nil)
		}
		return mortal{conn, generation.Load(), &generation}, err
	}
	silent, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		opened.Range(func(conn, _ any) bool { // or the pool waits for the server's good-bye
			_ = conn.(net.Conn).Close()
			return true
		})
		silent.Close()
	})
	worker := NewWorker(newDepot(t, silent), WorkerOptions{Logger: testLogger(t)})
	worker.answerWithin = time.Second
	run(t, worker)

	d := newDepot(t, pool)
	settle(t, d, Deposit{"heard", alice, 1})
	generation.Add(1)
	settle(t, d, Deposit{"after the silence", alice, 1})
	verifyOK(t, pool, 2)
}

// Invariant: a hole in the depot, which no append leaves, stops the worker instead of being passed over.
func TestWorkerRunStopsAtHole(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	if _, err := d.Append(ctx, seedRecords()...); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(ctx, "DELETE FROM depot WHERE depot_offset = 2"); err != nil {
		t.Fatal(err)
	}
	err := NewWorker(d, WorkerOptions{Logger: testLogger(t)}).Run(ctx)
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("Run: %v, want ErrCorrupt", err)
	}
}

// Invariant: Wait ends with its context, and the depot's goroutines end with Close.
func TestDepotWaitEndsWithContext(t *testing.T) {
	t.Parallel()
	d := newDepot(t, pgtest.New(t))
	receipts, err := d.Append(testContext(t), Deposit{"a", alice, 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(testContext(t))
	ended := make(chan error)
	go func() { ended <- d.Wait(ctx, receipts) }()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Wait: %v, want context.Canceled", err)
	}
	d.Close()
	if err := d.Wait(testContext(t), nil); err != nil {
		t.Errorf("Wait for nothing: %v", err)
	}
	if err := d.Wait(testContext(t), []Receipt{{Partition: -1}}); err == nil {
		t.Error("Wait for an impossible partition")
	}
}
