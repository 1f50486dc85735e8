package ledger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

func TestDepotAppendRefusesInvalid(t *testing.T) {
	t.Parallel()
	d := newDepot(t, pgtest.New(t))
	for _, test := range []struct {
		record Record
		field  string
	}{
		{Transfer{"", alice, bob, 1}, "id"},
		{Transfer{strings.Repeat("x", MaxIDBytes+1), alice, bob, 1}, "id"},
		{Transfer{"a\x00b", alice, bob, 1}, "id"},
		{Transfer{"a\xffb", alice, bob, 1}, "id"},
		{Transfer{"t", -1, bob, 1}, "fromUserId"},
		{Transfer{"t", alice, -1, 1}, "toUserId"},
		{Transfer{"t", alice, alice, 1}, "toUserId"},
		{Transfer{"t", alice, bob, 0}, "amount"},
		{Transfer{"t", alice, bob, -1}, "amount"},
		{Deposit{"", alice, 1}, "id"},
		{Deposit{"d", -1, 1}, "userId"},
		{Deposit{"d", alice, 0}, "amount"},
		{nil, "record"},
	} {
		_, err := d.Append(testContext(t), Deposit{"valid", alice, 1}, test.record)
		var invalid *InvalidError
		if !errors.As(err, &invalid) || invalid.Field != test.field || invalid.Index != 1 {
			t.Errorf("Append(%#v): %#v, want an InvalidError of field %s at 1", test.record, err, test.field)
		}
	}
	if n := countRows(t, d.pool, "SELECT count(*) FROM depot"); n != 0 {
		t.Errorf("refused calls left %d records", n)
	}
	if _, err := d.Append(testContext(t), Deposit{strings.Repeat("x", MaxIDBytes), alice, 1}); err != nil {
		t.Errorf("the longest id: %v", err)
	}
}

func TestDepotAppendIsIdempotent(t *testing.T) {
	t.Parallel()
	d := newDepot(t, pgtest.New(t))
	ctx := testContext(t)
	records := seedRecords()
	receipts, err := d.Append(ctx, records...)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range receipts {
		if r != (Receipt{Offset: int64(i)}) {
			t.Errorf("receipt %d is %+v", i, r)
		}
	}

	// Repeated in another order, with something new in between, and twice the same in one call.
	extra := Transfer{"new", bob, alice, 1}
	got, err := d.Append(ctx, records[4], extra, records[0], extra)
	if err != nil {
		t.Fatal(err)
	}
	want := []Receipt{{Offset: 4, Replayed: true}, {Offset: 7}, {Offset: 0, Replayed: true}, {Offset: 7, Replayed: true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("receipts (-want +got):\n%s", diff)
	}
}

// Invariant: a conflicting call appends nothing, and names the field.
func TestDepotAppendConflict(t *testing.T) {
	t.Parallel()
	d := newDepot(t, pgtest.New(t))
	ctx := testContext(t)
	if _, err := d.Append(ctx, seedRecords()...); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		record Record
		want   ConflictError
	}{
		{Transfer{"bob1", alice, charlie, 50}, ConflictError{1, "bob1", "toUserId", bob, charlie}},
		{Transfer{"bob1", alice, bob, 51}, ConflictError{1, "bob1", "amount", 50, 51}},
		{Deposit{"salary", alice, 201}, ConflictError{1, "salary", "amount", 200, 201}},
	} {
		_, err := d.Append(ctx, Deposit{"fresh", bob, 1}, test.record)
		var conflict *ConflictError
		if !errors.As(err, &conflict) || *conflict != test.want {
			t.Errorf("Append(%+v): %v, want %+v", test.record, err, test.want)
		}
	}
	_, err := d.Append(ctx, Deposit{"fresh", bob, 1}, Deposit{"fresh", bob, 2})
	var conflict *ConflictError
	if !errors.As(err, &conflict) || conflict.Field != "amount" || conflict.Index != 1 {
		t.Errorf("a call that contradicts itself: %v", err)
	}
	if n := countRows(t, d.pool, "SELECT count(*) FROM depot"); n != 7 {
		t.Errorf("the depot has %d records, want 7", n)
	}
	// The same id means another record for another payer, and for the other kind.
	receipts, err := d.Append(ctx, Transfer{"bob1", bob, alice, 1}, Transfer{"salary", alice, bob, 1})
	if err != nil || receipts[0].Replayed || receipts[1].Replayed {
		t.Errorf("ids of another payer and another kind: %+v, %v", receipts, err)
	}
}

// Invariant: a call that contradicts the depot, and itself or one before it as well, is told of its first record that does not fit and of what the depot
// holds, whichever way its group is appended.
func TestDepotAppendFirstConflict(t *testing.T) {
	t.Parallel()
	type appendRecords func(context.Context, *Depot, ...Record) error
	alone := func(ctx context.Context, d *Depot, records ...Record) error {
		_, err := d.Append(ctx, records...)
		return err
	}
	for name, appendTo := range map[string]appendRecords{
		"alone": alone,
		"after another": func(ctx context.Context, d *Depot, records ...Record) error {
			group := []*call{newCall(t, Deposit{"rent", alice, 12}), newCall(t, records...)}
			var committing bool
			if err := d.attempt(ctx, group, &committing); err != nil || group[0].err != nil {
				return errors.Join(errors.New("the call before"), err, group[0].err)
			}
			return group[1].err
		},
		"beside an idle worker": func(ctx context.Context, d *Depot, records ...Record) error {
			return alone(ctx, newBorrowed(t, d).Depot, records...)
		},
		"in a transaction": func(ctx context.Context, d *Depot, records ...Record) error {
			return pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error {
				_, err := d.AppendTx(ctx, tx, records)
				return err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, ctx := newDepot(t, pgtest.New(t)), testContext(t)
			if _, err := d.Append(ctx, Deposit{"salary", alice, 200}); err != nil {
				t.Fatal(err)
			}
			err := appendTo(ctx, newDepot(t, d.pool),
				Deposit{"rent", alice, 12}, Deposit{"salary", alice, 10}, Deposit{"salary", alice, 11}, Deposit{"rent", alice, 13})
			want := ConflictError{1, "salary", "amount", 200, 10}
			var conflict *ConflictError
			if !errors.As(err, &conflict) || *conflict != want {
				t.Errorf("Append: %v, %+v, want %+v", err, conflict, want)
			}
		})
	}
}

func TestWorkerRefusalStaysARefusal(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	refused := Transfer{"rent", alice, bob, 100}
	settle(t, d, refused)
	settle(t, d, Deposit{"salary", alice, 1000})
	if receipts := settle(t, d, refused); !receipts[0].Replayed {
		t.Errorf("receipt of the repeated refusal: %+v", receipts[0])
	}
	key := TransferKey{alice, "rent"}
	found, err := NewPStates(pool).Transfers(testContext(t), []TransferKey{key})
	if err != nil {
		t.Fatal(err)
	}
	if r := found[key]; r.Status != InsufficientFunds || r.PayerBalanceMinor == nil || *r.PayerBalanceMinor != 0 {
		t.Errorf("after funding the refused transfer is %+v", r)
	}
	if n := countRows(t, pool, "SELECT balance_minor FROM funds WHERE user_id = 0"); n != 1000 {
		t.Errorf("balance is %d, want 1000", n)
	}
}

// Invariant: AppendTx means the same as Append, across its chunks, and a conflict leaves the transaction usable.
func TestDepotAppendTx(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	settle(t, d, Deposit{"d3", alice, 3})

	const n = 2*maxChunk + 10
	records := make([]Record, n)
	for i := range records {
		records[i] = Deposit{fmt.Sprintf("d%d", i), alice, int64(i) + 1}
	}
	records[3] = Deposit{"d3", alice, 3}
	records[n-1] = records[0] // in another chunk
	ctx := testContext(t)
	var receipts []Receipt
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		bad := append(append([]Record{}, records...), Deposit{"d7", alice, 1})
		_, err := d.AppendTx(ctx, tx, bad)
		var conflict *ConflictError
		if !errors.As(err, &conflict) || conflict.Index != n {
			t.Errorf("AppendTx with a conflict: %v, want a ConflictError at %d", err, n)
		}
		receipts, err = d.AppendTx(ctx, tx, records)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range receipts {
		want := Receipt{Offset: int64(i) + 1}
		switch {
		case i == 3:
			want = Receipt{Offset: 0, Replayed: true}
		case i == n-1:
			want = Receipt{Offset: 1, Replayed: true}
		case i > 3:
			want.Offset--
		}
		if r != want {
			t.Fatalf("receipt %d is %+v, want %+v", i, r, want)
		}
	}
	if err := d.Wait(ctx, receipts); err != nil {
		t.Fatal(err)
	}
	verifyOK(t, pool, n-1)
}

// Invariant: the partitions of a used depot are fixed, and a depot that learned the number before it changed notices.
func TestSetPartitions(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	d := newDepot(t, pool)
	if _, err := d.loadPartitions(ctx, pool); err != nil {
		t.Fatal(err)
	}
	if err := SetPartitions(ctx, pool, 4); err != nil {
		t.Fatal(err)
	}
	startWorker(t, d, WorkerOptions{})
	partitions := map[int32]bool{}
	for user := range int64(40) {
		r := settle(t, d, Deposit{"salary", user, 10})[0]
		if want := partitionOf(user, 4); r.Partition != want {
			t.Errorf("user %d is in partition %d, want %d", user, r.Partition, want)
		}
		partitions[r.Partition] = true
	}
	if len(partitions) != 4 {
		t.Errorf("40 users are in %d of 4 partitions", len(partitions))
	}
	if err := SetPartitions(ctx, pool, 4); err != nil {
		t.Errorf("the same number again: %v", err)
	}
	for _, n := range []int{0, 1, 8, MaxPartitions + 1} {
		if err := SetPartitions(ctx, pool, n); !errors.Is(err, ErrPartitions) {
			t.Errorf("SetPartitions(%d) of a used depot: %v, want ErrPartitions", n, err)
		}
	}
	verifyOK(t, pool, 40)
}

// The partition of a user is part of what is stored: these may never change.
func TestPartitionOfIsFixed(t *testing.T) {
	for userID, want := range map[int64]int32{0: 0, 1: 57, 2: 114, 1002: 12, math.MaxInt64: 70} {
		if got := partitionOf(userID, 128); got != want {
			t.Errorf("partitionOf(%d, 128) = %d, want %d", userID, got, want)
		}
	}
}
