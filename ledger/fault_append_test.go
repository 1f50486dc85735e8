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

// use makes a deposit and a transfer and returns their receipts and what became of the transfer.
func (c *client) use(ctx context.Context, id string, inTransaction bool) ([]Receipt, TransferRecord, error) {
	appendRecords := c.depot.Append
	if inTransaction {
		appendRecords = c.appendTx
	}
	receipts, err := appendRecords(ctx, Deposit{ID: id, UserID: alice, AmountMinor: 7}, Transfer{id, alice, bob, 1})
	if err != nil {
		return nil, TransferRecord{}, err
	}
	if err := c.depot.Wait(ctx, receipts); err != nil {
		return receipts, TransferRecord{}, err
	}
	key := TransferKey{alice, id}
	found, err := c.pstates.Transfers(ctx, []TransferKey{key})
	return receipts, found[key], err
}

// Invariant: whatever statement of an append, of waiting or of reading the outcome fails, in whatever way, before or after it took effect, and whoever repeats the
// call if it has to be, the records are in the depot once and decided once; and an append that succeeds at once is not told that somebody else did it.
func TestDepot_faultTable(t *testing.T) {
	t.Parallel()
	for _, inTransaction := range []bool{false, true} {
		t.Run(map[bool]string{false: "Append", true: "AppendTx"}[inTransaction], func(t *testing.T) {
			t.Parallel()
			forEachFault(t, func(t *testing.T, how failure, next successor) { appendTable(t, how, next, inTransaction) })
		})
	}
}

func appendTable(t *testing.T, how failure, next successor, inTransaction bool) {
	pool := pgtest.New(t)
	f := newFaults()
	faulty := newFaultyPool(t, pool, f)
	other := newClient(t, pool)
	startWorker(t, newDepot(t, pool), WorkerOptions{})

	rounds := int64(0)
	check := func(t *testing.T, fired <-chan struct{}) {
		t.Helper()
		id := fmt.Sprintf("r%d", rounds)
		mine := newClient(t, faulty)
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
		receipts, transfer, err := mine.use(using, id, inTransaction)
		first := receipts
		if err != nil {
			who := mine
			if next == another {
				who = other
			}
			if receipts, transfer, err = who.use(ctx, id, inTransaction); err != nil {
				t.Fatalf("the repetition: %v", err)
			}
		}
		for i, r := range receipts {
			if r.Offset != 2*rounds+int64(i) || first != nil && (first[i].Offset != r.Offset || first[i].Replayed) {
				t.Errorf("receipts are %+v at first and then %+v, from %d on", first, receipts, 2*rounds)
			}
		}
		if transfer.Status != Succeeded || *transfer.PayerBalanceMinor != 6*rounds+7 || transfer.Offset != 2*rounds+1 {
			t.Errorf("the transfer is %+v in round %d", transfer, rounds)
		}
		rounds++
		if n := countRows(t, pool, "SELECT count(*) FROM depot"); n != 2*rounds {
			t.Errorf("the depot has %d records, want %d", n, 2*rounds)
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
			verifyOK(t, pool, 2*rounds)
		})
	}
	compareWithModel(t, pool)
}
