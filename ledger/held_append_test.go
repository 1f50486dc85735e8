package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: a transaction that appends is held open with lower offsets or positions than records that are decided meanwhile; when it ends, what it committed is
// decided, and what it rolled back is not there. The worker passes over nothing.
func TestDepotAppendTx_heldOpenWhileOthersAreDecided(t *testing.T) {
	t.Parallel()
	const partitions = 4
	pool := pgtest.New(t)
	ctx := testContext(t)
	if err := SetPartitions(ctx, pool, partitions); err != nil {
		t.Fatal(err)
	}
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{BatchSize: 5})

	// A user for each partition.
	users := make([]int64, partitions)
	for p := range users {
		for partitionOf(users[p], partitions) != int32(p) {
			users[p]++
		}
	}
	number := 0
	deposits := func(user int64, count int) []Record {
		records := make([]Record, count)
		for i := range records {
			number++
			records[i] = Deposit{fmt.Sprintf("d%d", number), user, 1}
		}
		return records
	}
	want := int64(0)
	for held := range users {
		for _, committed := range []bool{true, false} {
			err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
				if _, err := d.AppendTx(ctx, tx, deposits(users[held], 3)); err != nil {
					return err
				}
				for p, user := range users {
					if p != held { // these are decided while the transaction is open
						settle(t, d, deposits(user, 7)...)
						want += 7
					}
				}
				if !committed {
					return errHeldBack
				}
				return nil
			})
			if committed && err != nil || !committed && !errors.Is(err, errHeldBack) {
				t.Fatal(err)
			}
			if committed {
				want += 3
			}
			settle(t, d, deposits(users[held], 1)...)
			want++
		}
	}
	verifyOK(t, pool, want)
	balances, err := NewPStates(pool).Balances(ctx, users)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, balance := range balances {
		total += balance
	}
	if total != want {
		t.Errorf("the balances sum to %d after %d deposits of 1", total, want)
	}
}

var errHeldBack = errors.New("held back")

// Invariant: in one partition an append waits for a transaction that holds lower offsets, and gets those if it is rolled back. Its client may give up
// meanwhile, and the append of a call that has given up is decided all the same if it was made.
func TestDepotAppendTx_heldOpenInOnePartition(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	d, other := newDepot(t, pool), newDepot(t, pool)
	startWorker(t, other, WorkerOptions{})
	offset := int64(0)
	for round := range 6 {
		committed := round%2 == 0
		tx, err := pool.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		id := fmt.Sprint("held", round)
		held, err := d.AppendTx(ctx, tx, []Record{Deposit{id, alice, 1}, Deposit{id, bob, 1}})
		if err != nil || held[0].Offset != offset {
			t.Fatalf("AppendTx: %v, %v, want offset %d", held, err, offset)
		}
		// One client waits, the other goes away as soon as its call is under way.
		leaving, leave := context.WithCancel(ctx)
		left, appended := make(chan error, 1), make(chan []Receipt, 1)
		go func() {
			_, err := d.Append(leaving, Deposit{id, charlie, 1})
			left <- err
		}()
		waitFor(t, d, func(l *line) bool { return l.draining && len(l.calls) == 0 })
		leave()
		if err := <-left; !errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("the call that was given up: %v", err)
		}
		go func() {
			receipts, err := other.Append(ctx, Transfer{id, bob, alice, 1})
			if err != nil {
				t.Error(err)
			}
			appended <- receipts
		}()
		select {
		case receipts := <-appended:
			t.Errorf("%v was appended beside a transaction that holds lower offsets", receipts)
		default:
		}
		if committed {
			err = tx.Commit(ctx)
			offset += 2
		} else {
			err = tx.Rollback(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := other.Wait(ctx, <-appended); err != nil {
			t.Fatal(err)
		}
		settle(t, d, Deposit{id, charlie, 1}) // it may be there already
		offset += 2
	}
	if n := countRows(t, pool, "SELECT next_offset FROM depot_heads"); n != offset {
		t.Errorf("the depot has %d records, want %d", n, offset)
	}
	compareWithModel(t, pool)
}
