package ledger

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// mostTimes is how often a statement is let fail in a table's cases, each time later: lease, first and second microbatch.
const mostTimes = 2

// successor says who goes on after a failure.
type successor string

const (
	itself  successor = "the same goes on"
	another successor = "another takes over"
)

// columnsAtOnce bounds the columns that run at the same time, whatever the bound of parallel tests: they mostly wait for leases to end.
var columnsAtOnce = make(chan struct{}, 6)

// forEachFault runs a table: each failure at each point, and then each successor. Every column has a database of its own.
func forEachFault(t *testing.T, column func(t *testing.T, how failure, next successor)) {
	t.Helper()
	var columns sync.WaitGroup
	for how := range failureCount {
		for _, next := range []successor{itself, another} {
			columns.Go(func() {
				columnsAtOnce <- struct{}{}
				defer func() { <-columnsAtOnce }()
				t.Run(fmt.Sprintf("%v, %s", how, next), func(t *testing.T) { column(t, how, next) })
			})
		}
	}
	columns.Wait()
}

// rows are the points of a table's column, of those that were seen while nothing failed.
func rows(t *testing.T, seen []point, how failure) []point {
	t.Helper()
	var chosen []point
	for _, p := range seen {
		// The end of a message cannot be answered by an error of a statement.
		possible := p.statement != endOfMessage || how < notSerial
		if possible && p.nth <= mostTimes && !slices.Contains(chosen, p) {
			chosen = append(chosen, p)
		}
	}
	if len(chosen) < 8 {
		t.Fatalf("only %d statements were seen: the table would be too short", len(chosen))
	}
	return chosen
}

// workerTable is a column of the worker's table: two workers on one database, and what they have decided.
type workerTable struct {
	pool          *pgxpool.Pool
	faults        *faults
	clean, faulty *Depot
	pstates       *PStates
	rounds        int64
}

func newWorkerTable(t *testing.T) *workerTable {
	t.Helper()
	w := &workerTable{pool: pgtest.New(t), faults: newFaults()}
	w.pstates = NewPStates(w.pool)
	w.clean = newDepot(t, w.pool)
	w.faulty = newDepot(t, newFaultyPool(t, w.pool, w.faults))
	presumeOthers(w.faulty)
	return w
}

// shortLease makes renewals frequent and takeovers quick.
const shortLease = 90 * time.Millisecond

// start starts the worker whose connections fail.
func (w *workerTable) start(t *testing.T) (stop func()) {
	t.Helper()
	return startWorker(t, w.faulty, WorkerOptions{ID: "first", Lease: shortLease, BatchSize: 3})
}

// append appends a round: five records, of which four succeed. One user is new in each round: there may be statements for those alone.
func (w *workerTable) append(t *testing.T) []Receipt {
	t.Helper()
	id := fmt.Sprintf("r%d", w.rounds)
	w.rounds++
	receipts, err := w.clean.Append(testContext(t),
		Deposit{id, alice, 10}, Transfer{id, alice, bob, 4}, Transfer{id, bob, charlie, 1}, Transfer{id, charlie, bob, 1_000_000},
		Deposit{id, 1000 + w.rounds, 1})
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return receipts
}

// round appends a round and waits until it is decided, or until nobody is left who could do that. A nil channel: there will be somebody.
//
// It looks at the progress all the time: waiting as a client does would take most of the table's time.
func (w *workerTable) round(t *testing.T, lost <-chan struct{}) {
	t.Helper()
	w.append(t)
	for ctx := testContext(t); !isClosed(lost); {
		status, err := w.pstates.ReadStatus(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if status.Lag == 0 {
			return
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			t.Fatalf("%d records are not decided: %v", status.Lag, err)
		}
	}
}

func (w *workerTable) check(t *testing.T) {
	t.Helper()
	balances, err := w.pstates.Balances(testContext(t), []int64{alice, bob, charlie})
	if err != nil {
		t.Fatal(err)
	}
	if a, b, c := balances[alice], balances[bob], balances[charlie]; a != 6*w.rounds || b != 3*w.rounds || c != w.rounds {
		t.Errorf("balances are %d, %d, %d after %d rounds", a, b, c, w.rounds)
	}
	verifyOK(t, w.pool, 5*w.rounds)
}

// until lets the worker take the lease, decide, renew and release, again and again, until done, and returns what stops it. What it was to decide
// then is decided, unless the worker is lost.
func (w *workerTable) until(t *testing.T, done <-chan struct{}, lost bool) (stop func()) {
	t.Helper()
	deadline := time.After(time.Minute)
	var nobody <-chan struct{}
	if lost {
		nobody = done
	}
	for {
		stop := w.start(t)
		for range 3 {
			w.round(t, nobody)
			if isClosed(done) {
				return stop
			}
		}
		stop()
		if isClosed(done) {
			return stop
		}
		select {
		case <-deadline:
			t.Fatal("the statement was never executed again")
		default:
		}
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Invariant: whatever statement of a worker fails, in whatever way, before or after it took effect, and whoever goes on, every record is applied once. The
// statements are those of taking, renewing and releasing the lease, of listening, and of microbatches.
func TestWorker_faultTable(t *testing.T) {
	t.Parallel()
	forEachFault(t, func(t *testing.T, how failure, next successor) {
		w := newWorkerTable(t)
		stop := startWorker(t, w.clean, WorkerOptions{ID: "second", Lease: shortLease})
		w.round(t, nil) // a term has something to remember when it begins
		stop()
		w.faults.record()
		renewed := make(chan struct{})
		timer := time.AfterFunc(shortLease, func() { close(renewed) })
		defer timer.Stop()
		stop = w.until(t, renewed, false)
		stop()
		for _, at := range rows(t, w.faults.disarm(), how) {
			t.Run(at.String(), func(t *testing.T) {
				fired := w.faults.arm(at, how, next == another)
				stop := w.until(t, fired, next == another)
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

// takenOver lets another worker take over from one that is lost, and the lost one come back while the other works.
func (w *workerTable) takenOver(t *testing.T) {
	t.Helper()
	stop := startWorker(t, w.clean, WorkerOptions{ID: "second", Lease: shortLease})
	w.round(t, nil)
	w.faults.comeBack()
	w.round(t, nil)
	stop()
}
