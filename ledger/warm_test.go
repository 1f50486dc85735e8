package ledger

import (
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// namedBefore returns a database in which a former term has decided more records than are recalled at once, and how many. Alice is named by the
// first, bob by the last of them.
func namedBefore(t *testing.T) (*pgxpool.Pool, int64) {
	t.Helper()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	stop := startWorker(t, d, WorkerOptions{})
	records := []Record{Deposit{"first", alice, 5}}
	for id := int64(1000); len(records) < warmedAtOnce+10; id++ {
		records = append(records, Deposit{"between", id, 5})
	}
	records = append(records, Deposit{"last", bob, 5})
	settle(t, d, records...)
	stop()
	return pool, int64(len(records))
}

// Invariant: a worker that has nothing to do recalls those who were named lately, and what names them needs no reading of funds then.
func TestWorkerRecallsWhoWasNamedLately(t *testing.T) {
	t.Parallel()
	pool, records := namedBefore(t)
	f := newFaults()
	d := newDepot(t, newFaultyPool(t, pool, f))
	startWorker(t, d, WorkerOptions{Lease: time.Hour})
	until(t, "everybody is remembered", func() bool {
		lent := d.idle.Load()
		if lent == nil || !lent.acquire(testContext(t)) {
			return false
		}
		defer lent.giveBack()
		return lent.memory.younger.find(alice) != nil && lent.memory.younger.find(bob) != nil
	})
	f.record()
	settle(t, d, Transfer{"bob1", alice, bob, 5})
	if seen := f.disarm(); slices.Contains(seen, point{readAccounts, 1}) {
		t.Errorf("the funds of who was named lately are read: %v", seen)
	}
	verifyOK(t, pool, records+1)
}

// Invariant: a term that nobody uses is taken at once, without a timer, which would be an allocation; one that is used is not, once patience ends.
// It is not parallel: allocations are counted for the whole process.
func TestIdleTermAcquireWithin(t *testing.T) {
	lent := &idleTerm{term: &term{use: make(chan struct{}, 1)}}
	allocations := testing.AllocsPerRun(100, func() {
		if !lent.acquireWithin(t.Context(), time.Hour) {
			t.Error("a term that is free is not to be had")
		}
		lent.giveBack()
	})
	if allocations != 0 {
		t.Errorf("%v allocations, want none", allocations)
	}
	lent.use <- struct{}{} // as the worker does
	if lent.acquireWithin(t.Context(), time.Millisecond) {
		t.Error("two have the term at once")
	}
}

// Invariant: a term whose memory could not be filled is over, for it knows wrong balances; the next one decides rightly.
func TestWorkerRecallFails(t *testing.T) {
	t.Parallel()
	for _, read := range []string{readDepotRange, readAccounts} {
		pool, records := namedBefore(t)
		f := newFaults()
		fired := f.arm(point{read, 1}, notSerial, false)
		d := newDepot(t, newFaultyPool(t, pool, f))
		startWorker(t, d, WorkerOptions{Lease: time.Hour})
		<-fired
		settle(t, d, Transfer{"bob1", alice, bob, 5})
		if n := countRows(t, pool, "SELECT epoch FROM lease"); n != 3 {
			t.Errorf("epoch %d, want 3: a term ended", n)
		}
		if n := countRows(t, pool, "SELECT count(*) FROM outgoing_transfers WHERE status = 1"); n != 1 {
			t.Errorf("%d transfers have happened, want 1", n)
		}
		verifyOK(t, pool, records+1)
	}
}
