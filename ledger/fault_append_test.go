package ledger

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// client is a process that appends, waits, and reads the outcome.
type client struct {
	pool    *pgxpool.Pool
	depot   *Depot
	pstates *PStates
}

func newClient(t *testing.T, pool *pgxpool.Pool) *client {
	t.Helper()
	return &client{pool, newDepot(t, pool), NewPStates(pool)}
}

// appendTx appends in a transaction of the caller.
func (c *client) appendTx(ctx context.Context, records ...Record) (receipts []Receipt, err error) {
	err = pgx.BeginFunc(ctx, c.pool, func(tx pgx.Tx) error {
		receipts, err = c.depot.AppendTx(ctx, tx, records)
		return err
	})
	return receipts, err
}

// wayToAppend is one of those that have statements of their own.
type wayToAppend string

const (
	appendsFresh wayToAppend = "Append"
	appendsKnown wayToAppend = "Append with a record that the depot holds"
	appendsTx    wayToAppend = "AppendTx"
)

// use makes a deposit and a transfer and returns their receipts and what became of the transfer.
func (c *client) use(ctx context.Context, id string, way wayToAppend) ([]Receipt, TransferRecord, error) {
	records := []Record{Deposit{ID: id, UserID: alice, AmountMinor: 7}, Transfer{id, alice, bob, 1}}
	appendRecords := c.depot.Append
	switch way {
	case appendsKnown:
		records = append(records, known)
	case appendsTx:
		appendRecords = c.appendTx
	case appendsFresh:
	}
	receipts, err := appendRecords(ctx, records...)
	if err != nil {
		return nil, TransferRecord{}, err
	}
	receipts = receipts[:2]
	if err := c.depot.Wait(ctx, receipts); err != nil {
		return receipts, TransferRecord{}, err
	}
	key := TransferKey{alice, id}
	found, err := c.pstates.Transfers(ctx, []TransferKey{key})
	return receipts, found[key], err
}

// known is in the depot from the beginning.
var known = Deposit{"known", charlie, 1}

// Invariant: whatever statement of an append, of waiting or of reading the outcome fails, in whatever way, before or after it took effect, and whoever repeats the
// call if it has to be, the records are in the depot once and decided once; and an append that succeeds at once is not told that somebody else did it.
func TestDepot_faultTable(t *testing.T) {
	t.Parallel()
	for _, way := range []wayToAppend{appendsFresh, appendsKnown, appendsTx} {
		t.Run(string(way), func(t *testing.T) {
			t.Parallel()
			forEachFault(t, func(t *testing.T, how failure, next successor) { appendTable(t, how, next, way) })
		})
	}
}

func appendTable(t *testing.T, how failure, next successor, way wayToAppend) {
	pool := pgtest.New(t)
	f := newFaults()
	faulty := newFaultyPool(t, pool, f)
	other := newClient(t, pool)
	startWorker(t, newDepot(t, pool), WorkerOptions{})
	settle(t, other.depot, known)

	rounds := int64(0)
	check := func(t *testing.T, fired <-chan struct{}) {
		t.Helper()
		id := fmt.Sprintf("r%d", rounds)
		mine := newClient(t, faulty)
		if way == appendsKnown {
			mine.depot.lookups = 1 // or it would be refused first
		}
		ctx := testContext(t)
		using, lose := context.WithCancel(ctx)
		defer lose()
		if next == another {
			go func() { // the process that is lost waits for nothing
				select {
				case <-fired:
					lose()
				case <-using.Done():
				}
			}()
		}
		receipts, transfer, err := mine.use(using, id, way)
		first := receipts
		if err != nil {
			who := mine
			if next == another {
				who = other
			}
			if receipts, transfer, err = who.use(ctx, id, way); err != nil {
				t.Fatalf("the repetition: %v", err)
			}
		}
		for i, r := range receipts {
			if r.Offset != 1+2*rounds+int64(i) || first != nil && (first[i].Offset != r.Offset || first[i].Replayed) {
				t.Errorf("receipts are %+v at first and then %+v, from %d on", first, receipts, 1+2*rounds)
			}
		}
		if transfer.Status != Succeeded || *transfer.PayerBalanceMinor != 6*rounds+7 || transfer.Offset != 2+2*rounds {
			t.Errorf("the transfer is %+v in round %d", transfer, rounds)
		}
		rounds++
		if n := countRows(t, pool, "SELECT count(*) FROM depot"); n != 1+2*rounds {
			t.Errorf("the depot has %d records, want %d", n, 1+2*rounds)
		}
		f.comeBack()
	}
	check(t, nil)
	f.record()
	check(t, nil)
	for _, at := range rows(t, f.disarm(), how) {
		t.Run(at.String(), func(t *testing.T) {
			fired := f.arm(at, how, next == another)
			for start := time.Now(); !isClosed(fired); {
				check(t, fired)
				if time.Since(start) > time.Minute {
					t.Fatal("the statement was never executed again")
				}
			}
			verifyOK(t, pool, 1+2*rounds)
		})
	}
	compareWithModel(t, pool)
}
