package ledger

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// immediateTable is a column of the table of appends that are decided at once: a process that works and appends, and another one.
type immediateTable struct {
	pool        *pgxpool.Pool
	faults      *faults
	mine, other *client
	next        successor
	rounds      int64
}

// Invariant: whatever statement of a transaction that appends and decides fails, in whatever way, before or after it took effect, and whoever repeats the
// call if it has to be and decides then, the records are in the depot once and decided once; and an append that succeeds at once is not told that
// somebody else did it.
func TestDepotDecidedAtOnce_faultTable(t *testing.T) {
	t.Parallel()
	forEachFault(t, func(t *testing.T, how failure, next successor) {
		pool, f := pgtest.New(t), newFaults()
		table := &immediateTable{pool, f, newClient(t, newFaultyPool(t, pool, f)), newClient(t, pool), next, 0}
		stop := table.start(t)
		table.check(t, nil) // adds the accounts
		points := table.record(t)
		stop()
		for _, at := range rows(t, points, how) {
			t.Run(at.String(), func(t *testing.T) {
				stop := table.start(t)
				var fired <-chan struct{}
				for start := time.Now(); ; {
					waitIdle(t, table.mine.depot)
					if fired == nil {
						fired = f.arm(at, how, next == another)
					}
					table.check(t, fired)
					if isClosed(fired) {
						break
					}
					if time.Since(start) > time.Minute {
						t.Fatal("the statement was never executed again")
					}
				}
				stop()
				verifyOK(t, pool, 2*table.rounds)
			})
		}
		compareWithModel(t, pool)
	})
}

// record returns the points of a transaction that appends and decides, each as the first of its kind.
func (i *immediateTable) record(t *testing.T) (points []point) {
	t.Helper()
	for start := time.Now(); len(points) == 0; {
		waitIdle(t, i.mine.depot) // it may renew its lease just after that
		i.faults.record()
		i.check(t, nil)
		points = ofMessage(i.faults.disarm(), immediateSettings)
		if time.Since(start) > time.Minute {
			t.Fatal("nothing is decided as it is appended")
		}
	}
	return points
}

// ofMessage returns the points of the message that has a statement, each as the first of its kind. There are none where another message
// was sent meanwhile.
func ofMessage(seen []point, statement string) (points []point) {
	at := slices.IndexFunc(seen, func(p point) bool { return p.statement == statement })
	if at < 1 {
		return nil
	}
	for i, p := range seen[at-1:] { // it begins with begin
		points = append(points, point{p.statement, 1})
		if p.statement == endOfMessage && seen[at-1:][i-1].statement == stmtCommit.sql {
			return points
		}
	}
	return nil
}

func (i *immediateTable) start(t *testing.T) (stop func()) {
	t.Helper()
	return startWorker(t, i.mine.depot, WorkerOptions{ID: "first", Lease: shortLease})
}

// check makes a round, in which the process may be lost. Then another one repeats the call, and its worker decides.
func (i *immediateTable) check(t *testing.T, fired <-chan struct{}) {
	t.Helper()
	id := fmt.Sprintf("r%d", i.rounds)
	ctx := testContext(t)
	using, lose := context.WithCancel(ctx)
	defer lose()
	if i.next == another && fired != nil {
		go func() { // the process that is lost waits for nothing
			select {
			case <-fired:
				lose()
			case <-using.Done():
			}
		}()
	}
	receipts, transfer, err := i.mine.use(using, id, false)
	first := receipts
	if err != nil {
		who := i.mine
		if i.next == another {
			who = i.other
			defer startWorker(t, i.other.depot, WorkerOptions{ID: "second", Lease: shortLease})()
		}
		if receipts, transfer, err = who.use(ctx, id, false); err != nil {
			t.Fatalf("the repetition: %v", err)
		}
	}
	i.faults.comeBack()
	for n, r := range receipts {
		if r.Offset != 2*i.rounds+int64(n) || first != nil && (first[n].Offset != r.Offset || first[n].Replayed) {
			t.Errorf("receipts are %+v at first and then %+v, from %d on", first, receipts, 2*i.rounds)
		}
	}
	if transfer.Status != Succeeded || *transfer.PayerBalanceMinor != 6*i.rounds+7 || transfer.Offset != 2*i.rounds+1 {
		t.Errorf("the transfer is %+v in round %d", transfer, i.rounds)
	}
	i.rounds++
	if n := countRows(t, i.pool, "SELECT count(*) FROM depot"); n != 2*i.rounds {
		t.Errorf("the depot has %d records, want %d", n, 2*i.rounds)
	}
}
