package ledger

import (
	"fmt"
	"testing"
	"time"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: what is decided stands on the funds that are committed as it commits, also where a worker has read others, as it may on a cluster whose
// nodes do not commit at one moment. It notices by the funds of all whom the records name, changed by the decision or not.
func TestWorkerDecidesOnCommittedFunds(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"one record": 1, "some records": 2, "many records": immediateRecords + 1} {
		for change, want := range map[string]Status{
			"UPDATE funds SET balance_minor = 0 WHERE user_id = 0":    InsufficientFunds,
			"UPDATE funds SET balance_minor = 1000 WHERE user_id = 1": Succeeded,
		} {
			t.Run(fmt.Sprint(name, ", ", want), func(t *testing.T) {
				t.Parallel()
				pool := pgtest.New(t)
				d := newDepot(t, pool)
				stop := startWorker(t, d, WorkerOptions{})
				settle(t, d, Deposit{"d0", alice, 1000}, Transfer{"t0", alice, bob, 1000}, Transfer{"t1", bob, alice, 1000})
				stop()
				// A refusal changes nothing of who has had so many transfers.
				mustExec(t, pool, fmt.Sprintf("UPDATE funds SET transfers = %d", shortHistory))
				startWorker(t, d, WorkerOptions{Lease: time.Hour})
				settle(t, d, Transfer{"t2", alice, bob, 1000}, Transfer{"t3", bob, alice, 1000})
				waitIdle(t, d)
				mustExec(t, pool, change)
				from, to := alice, bob
				if want == Succeeded {
					from, to = bob, alice
				}
				records := make([]Record, size)
				for i := range records {
					records[i] = Transfer{fmt.Sprint("made", i), from, to, 1}
				}
				settle(t, d, records...)
				const decided = "SELECT count(*) FROM outgoing_transfers WHERE record_id LIKE 'made%%' AND status = %d"
				if n := countRows(t, pool, fmt.Sprintf(decided, want)); n != int64(size) {
					t.Errorf("%d of %d records have the outcome %v", n, size, want)
				}
			})
		}
	}
}

// Invariant: that holds for a deposit alone, too.
func TestWorkerDecidesOnCommittedFunds_deposit(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{Lease: time.Hour})
	settle(t, d, Deposit{"d0", alice, 1000})
	waitIdle(t, d)
	mustExec(t, pool, "UPDATE funds SET balance_minor = 50")
	settle(t, d, Deposit{"d1", alice, 1})
	if n := countRows(t, pool, "SELECT balance_minor FROM funds"); n != 51 {
		t.Errorf("1 was paid to who had 50: %d", n)
	}
}
