package ledger

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// when names the two ways in which a statement fails.
func when(after bool) string {
	if after {
		return "after"
	}
	return "before"
}

// Invariant: whatever statement of an append loses its connection, before or after it took effect, the records are
// in the depot once, and the call that appended them is not told that somebody else did.
func TestDepotAppendSurvivesFaultAtEveryStatement(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	f := &faults{}
	faulty := newFaultyPool(t, pool, f)
	d := newDepot(t, faulty)
	ctx := testContext(t)

	offset := int64(0)
	check := func(t *testing.T) {
		t.Helper()
		id := fmt.Sprintf("r%d", offset)
		receipts, err := d.Append(ctx, Deposit{ID: id, UserID: alice, AmountMinor: 7}, Transfer{id, alice, bob, 1})
		if err != nil {
			t.Fatalf("Append: %v", err)
		}
		want := []Receipt{{Offset: offset}, {Offset: offset + 1}}
		if receipts[0] != want[0] || receipts[1] != want[1] {
			t.Errorf("receipts are %+v, want %+v", receipts, want)
		}
		offset += 2
		if n := countRows(t, pool, "SELECT count(*) FROM depot"); n != offset {
			t.Errorf("the depot has %d records, want %d", n, offset)
		}
		if head := countRows(t, pool, "SELECT next_offset FROM depot_heads"); head != offset {
			t.Errorf("the head is at %d, want %d", head, offset)
		}
	}
	check(t) // reads the number of partitions
	f.arm(0, false)
	check(t)
	statements, _ := f.disarm()
	if statements < 6 {
		t.Fatalf("an append sent %d statements: the table below would be too short", statements)
	}
	for statement := 1; statement <= statements; statement++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d %s", statement, when(after)), func(t *testing.T) {
				f.arm(statement, after)
				check(t)
				if _, fired := f.disarm(); !fired {
					t.Error("the connection was not cut")
				}
			})
		}
	}
}

// Invariant: whatever statement of a microbatch loses its connection, before or after it took effect, and whoever goes on,
// every record is applied once.
func TestWorkerMicrobatchSurvivesFaultAtEveryStatement(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	clean := newDepot(t, pool)
	f := &faults{}
	faulty := newDepot(t, newFaultyPool(t, pool, f))
	ctx := testContext(t)
	// Leases run out at once, so that the second worker need not wait; the fence is what has to hold.
	first := NewWorker(faulty, WorkerOptions{ID: "first", Lease: time.Microsecond, Logger: testLogger(t)})
	second := NewWorker(clean, WorkerOptions{ID: "second", Lease: time.Microsecond, Logger: testLogger(t)})

	rounds := int64(0)
	appendRound := func(t *testing.T) {
		t.Helper()
		id := fmt.Sprintf("r%d", rounds)
		rounds++
		_, err := clean.Append(ctx,
			Deposit{id, alice, 10}, Transfer{id, alice, bob, 4}, Transfer{id, bob, charlie, 1}, Transfer{id, charlie, bob, 1_000_000})
		if err != nil {
			t.Fatalf("Append: %v", err)
		}
	}
	check := func(t *testing.T) {
		t.Helper()
		balances, err := NewPStates(pool).Balances(ctx, []int64{alice, bob, charlie})
		if err != nil {
			t.Fatal(err)
		}
		if a, b, c := balances[alice], balances[bob], balances[charlie]; a != 6*rounds || b != 3*rounds || c != rounds {
			t.Errorf("balances are %d, %d, %d after %d rounds", a, b, c, rounds)
		}
		verifyOK(t, pool, 4*rounds)
	}

	appendRound(t)
	term, err := first.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	f.arm(0, false)
	if _, err := first.microbatch(ctx, term); err != nil {
		t.Fatal(err)
	}
	statements, _ := f.disarm()
	if statements < 12 {
		t.Fatalf("a microbatch sent %d statements: the table below would be too short", statements)
	}
	for statement := 1; statement <= statements; statement++ {
		for _, after := range []bool{false, true} {
			for _, successor := range []*Worker{first, second} {
				t.Run(fmt.Sprintf("%d %s, %s goes on", statement, when(after), successor.id), func(t *testing.T) {
					appendRound(t)
					term, err := first.campaign(ctx)
					if err != nil {
						t.Fatal(err)
					}
					f.arm(statement, after)
					if _, err := first.microbatch(ctx, term); !transient(err) {
						t.Fatalf("microbatch: %v, want a transient error", err)
					}
					if _, fired := f.disarm(); !fired {
						t.Fatal("the connection was not cut")
					}
					decideAll(t, successor)
					check(t)
				})
			}
		}
	}
}

// decideAll serves one term until nothing is left.
func decideAll(t testing.TB, w *Worker) {
	t.Helper()
	ctx := testContext(t)
	term, err := w.campaign(ctx)
	if err != nil {
		t.Fatalf("campaign: %v", err)
	}
	for {
		n, err := w.microbatch(ctx, term)
		if err != nil {
			t.Fatalf("microbatch: %v", err)
		}
		if n == 0 {
			return
		}
	}
}

// Invariant: an append that never gets an answer says that its outcome is unknown, and its repetition finds the truth.
func TestDepotAppendOutcomeUnknown(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	f := &faults{refused: make(chan struct{}, 1)}
	d := newDepot(t, newFaultyPool(t, pool, f))
	ctx := testContext(t)
	if _, err := d.Append(ctx, Deposit{"first", alice, 1}); err != nil {
		t.Fatal(err)
	}
	f.arm(0, false)
	if _, err := d.Append(ctx, Deposit{"second", alice, 1}); err != nil {
		t.Fatal(err)
	}
	commit, _ := f.disarm()

	f.arm(commit, true)
	failed := make(chan error)
	go func() {
		_, err := d.Append(ctx, Deposit{"third", alice, 1})
		failed <- err
	}()
	<-f.refused // the commit took effect, and now the database is out of reach
	d.Close()
	if err := <-failed; !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("Append: %v, want ErrUnavailable and ErrOutcomeUnknown", err)
	}
	receipts, err := newDepot(t, pool).Append(ctx, Deposit{"third", alice, 1})
	if want := (Receipt{Offset: 2, Replayed: true}); err != nil || receipts[0] != want {
		t.Errorf("repeated Append: %v, %v, want %v", receipts, err, want)
	}
}

// Invariant: an append that could not be sent says so, whether its context ends first or the depot gives up.
func TestDepotAppendUnavailable(t *testing.T) {
	t.Parallel()
	f := &faults{fired: true, refused: make(chan struct{}, 1)}
	d := newDepot(t, newFaultyPool(t, pgtest.New(t), f))
	failed := make(chan error)
	start := func(ctx context.Context, id string) {
		go func() {
			_, err := d.Append(ctx, Deposit{id, alice, 1})
			failed <- err
		}()
	}
	ctx, cancel := context.WithCancel(testContext(t))
	start(ctx, "impatient")
	<-f.refused
	<-f.refused // the second attempt: the first is known to have failed
	cancel()
	if err := <-failed; !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("Append whose context ended: %v, want ErrUnavailable and context.Canceled", err)
	}
	start(testContext(t), "patient")
	waitFor(t, d, func(l *line) bool { return len(l.calls) == 1 })
	d.Close()
	if err := <-failed; !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("Append that was given up: %v, want ErrUnavailable alone", err)
	}
	if _, err := d.Append(testContext(t), Deposit{"late", alice, 1}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Append on a closed depot: %v, want ErrUnavailable", err)
	}
}

// countRows returns the number that a query yields.
func countRows(t testing.TB, pool *pgxpool.Pool, sql string) (n int64) {
	t.Helper()
	if err := pool.QueryRow(testContext(t), sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// verifyOK fails the test unless Verify compares that many records and finds nothing.
func verifyOK(t testing.TB, pool *pgxpool.Pool, records int64) {
	t.Helper()
	report, err := Verify(testContext(t), pool, VerifyOptions{})
	if err != nil {
		t.Fatalf("Verify: %v", err)
	}
	if !report.OK() || report.Records != records {
		t.Errorf("Verify compared %d records, want %d, and found %v", report.Records, records, report.Deviations)
	}
}
