package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// presumeOthers lets a depot's worker tell what is settled as if another process were listening all the time.
func presumeOthers(d *Depot) { d.waiters.heardOther(time.Now().Add(time.Hour)) }

// waitListening returns when notifications arrive.
func waitListening(t testing.TB, d *Depot) {
	t.Helper()
	until(t, "it listens", func() bool {
		d.waiters.mu.Lock()
		defer d.waiters.mu.Unlock()
		return d.waiters.listening
	})
}

// Invariant: what is settled is told when another process listens, and only then: who is alone does not pay for it.
func TestWorkerNotifiesOthersOnly(t *testing.T) {
	t.Parallel()
	pool, f := pgtest.New(t), newFaults()
	d := newDepot(t, newFaultyPool(t, pool, f))
	startWorker(t, d, WorkerOptions{Lease: time.Hour})
	waitListening(t, d)
	waitIdle(t, d) // until then who appends tells it to whoever decides
	d.waiters.mu.Lock()
	d.waiters.heard = time.Now().Add(-presence)
	d.waiters.mu.Unlock()
	records := int64(0)
	told := func() bool {
		f.record()
		records++
		settle(t, d, Deposit{fmt.Sprint(records), alice, 1})
		return slices.Contains(f.disarm(), point{notify, 1})
	}
	if told() {
		t.Error("a worker that is alone tells what it has settled")
	}
	startWorker(t, newDepot(t, pool), WorkerOptions{Lease: time.Hour})
	until(t, "what is settled is told while another listens", told)
	verifyOK(t, pool, records)
}

// Invariant: who could not be heard of is taken to be there.
func TestWaitersOthersListen(t *testing.T) {
	t.Parallel()
	var ws waiters
	check := func(when string, want bool) {
		t.Helper()
		if ws.othersListen() != want {
			t.Errorf("%s: othersListen is %v", when, !want)
		}
	}
	check("nothing is heard", true)
	ws.setListening(true)
	check("has just begun to listen", true)
	ws.heard = time.Now().Add(-presence)
	check("nobody was heard of for long", false)
	ws.heardOther(time.Now())
	check("another was heard of", true)
	ws.heard = time.Now().Add(-presence)
	ws.setListening(false)
	check("does not listen any more", true)
}

// until waits for a condition that comes true by itself.
func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for ctx := testContext(t); !done(); {
		if err := sleep(ctx, time.Millisecond); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
}
