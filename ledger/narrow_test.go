package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: of two microbatches under way the second takes no connection before the first has one: if it took the last, both would wait.
func TestWorkerAheadTakesNoConnectionFirst(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	if _, err := newDepot(t, pool).Append(ctx, Deposit{"first", alice, 1}, Deposit{"second", alice, 1}); err != nil {
		t.Fatal(err)
	}
	narrow := narrowed(t, pool, 1)
	w := NewWorker(newDepot(t, narrow), WorkerOptions{BatchSize: 1, Logger: testLogger(t)})
	term, err := w.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	send := func(from []int64, before *sending) *sending {
		t.Helper()
		mb := term.begin(from)
		if _, err := w.fill(ctx, term, mb); err != nil {
			t.Fatal(err)
		}
		return term.send(mb, before)
	}
	first := send(term.next, nil)
	second := send(first.next, first)
	taken := narrow.Stat().AcquireCount()
	hasty, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if err := w.commit(hasty, second); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second microbatch: %v, want that it waits", err)
	}
	if narrow.Stat().AcquireCount() != taken {
		t.Error("the second microbatch has taken a connection")
	}
	if err := w.commit(ctx, first); err != nil {
		t.Errorf("the first microbatch: %v", err)
	}
	verifyOK(t, pool, 1)
}

// Invariant: a process with one or two connections decides a burst of large and small appends without anybody waiting for somebody who waits for a connection.
func TestDepotAndWorkerWithFewConnections(t *testing.T) {
	t.Parallel()
	for _, conns := range []int32{1, 2} {
		t.Run(fmt.Sprint(conns), func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			narrow := narrowed(t, pool, conns)
			d, s := newDepot(t, narrow), NewPStates(narrow)
			startWorker(t, d, WorkerOptions{BatchSize: 300}) // so that several are under way
			const clients, calls = 8, 3
			var group sync.WaitGroup
			for c := range clients {
				group.Go(func() {
					for call := range calls {
						records := make([]Record, 1+(c%4)*200)
						for i := range records {
							records[i] = Deposit{fmt.Sprint(c, call, i), int64(i), 1}
						}
						settle(t, d, records...)
						if _, err := s.Balances(testContext(t), []int64{alice, bob}); err != nil {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			if n := countRows(t, pool, "SELECT epoch FROM lease"); n != 1 {
				t.Errorf("%d terms, want 1: nothing failed", n)
			}
			verifyOK(t, pool, 2*calls*(4+200+400+600))
		})
	}
}
