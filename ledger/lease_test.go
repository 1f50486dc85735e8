package ledger

import (
	"errors"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: a lease that nobody can have set by the clock that the database has now keeps nobody waiting, and who set it works no more. One that somebody can
// have set is waited for.
func TestWorkerTakesLeaseFromTheFuture(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	receipts, err := d.Append(ctx, seedRecords()...)
	if err != nil {
		t.Fatal(err)
	}
	ahead := NewWorker(d, WorkerOptions{ID: "ahead", Lease: time.Hour, Logger: testLogger(t)})
	old, err := ahead.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	patient := NewWorker(d, WorkerOptions{ID: "patient", Lease: time.Hour, Logger: testLogger(t)})
	if held, err := patient.takeLease(ctx); held != nil || err != nil {
		t.Errorf("a worker takes a lease of its own length that is held: %v, %v", held, err)
	}
	if remaining, err := patient.leaseRemaining(ctx); remaining < 59*time.Minute || err != nil {
		t.Errorf("%v of the lease are left, %v; want an hour", remaining, err)
	}

	// To a worker with a lease of seconds it is as if the clock had been set back by an hour.
	start := time.Now()
	startWorker(t, d, WorkerOptions{ID: "successor"})
	if err := d.Wait(ctx, receipts); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("takeover took %v", took)
	}
	if n, err := ahead.microbatch(ctx, old); !errors.Is(err, errFenced) {
		t.Errorf("the worker whose lease is from the future: %d, %v, want errFenced", n, err)
	}
	if err := ahead.renew(ctx, old); !errors.Is(err, errFenced) {
		t.Errorf("it renews its lease: %v, want errFenced", err)
	}
	verifyOK(t, pool, 7)
}
