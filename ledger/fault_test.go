package ledger

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

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

// Invariant: an append that never gets an answer to its commit, or only that its connection is ended, says that its outcome is unknown, and its
// repetition finds the truth.
func TestDepotAppendOutcomeUnknown(t *testing.T) {
	t.Parallel()
	for _, how := range []failure{cutAfter, endedAfter} {
		t.Run(how.String(), func(t *testing.T) {
			t.Parallel()
			appendOutcomeUnknown(t, how)
		})
	}
}

func appendOutcomeUnknown(t *testing.T, how failure) {
	pool := pgtest.New(t)
	f := newFaults()
	d := newDepot(t, newFaultyPool(t, pool, f))
	ctx := testContext(t)
	if _, err := d.Append(ctx, Deposit{"first", alice, 1}); err != nil {
		t.Fatal(err)
	}
	f.record()
	if _, err := d.Append(ctx, Deposit{"second", alice, 1}); err != nil {
		t.Fatal(err)
	}
	points := f.disarm()

	f.arm(points[len(points)-1], how, true)
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

// Invariant: what is appended beside a call that has to be looked up after it is not forgotten when that fails: it is known as its own, or its outcome is
// unknown.
func TestDepotAppendBesideConflict(t *testing.T) {
	t.Parallel()
	for _, last := range []bool{false, true} {
		f := newFaults()
		d := newDepot(t, newFaultyPool(t, pgtest.New(t), f))
		group := []*call{newCall(t, Deposit{"good", alice, 1}), newCall(t, Deposit{"bad", alice, 1}, Deposit{"bad", alice, 2})}
		f.arm(point{findRecords, 1}, cutBefore, last)
		ctx, cancel := context.WithCancel(testContext(t))
		defer cancel()
		go d.commit(ctx, group)
		if last {
			<-f.refused // the database is out of reach
			cancel()
		}
		<-group[0].done
		<-group[1].done
		good, conflict := group[0], &ConflictError{}
		switch {
		case last && (!errors.Is(good.err, ErrUnavailable) || !errors.Is(good.err, ErrOutcomeUnknown)):
			t.Errorf("what was appended: %v, want ErrUnavailable and ErrOutcomeUnknown", good.err)
		case !last && (good.err != nil || good.receipts[0] != Receipt{}):
			t.Errorf("what was appended: %+v, %v, want offset 0", good.receipts, good.err)
		case !last && (!errors.As(group[1].err, &conflict) || conflict.Index != 1):
			t.Errorf("what contradicts itself: %v, want a conflict", group[1].err)
		}
	}
}

// Invariant: an append that could not be sent says so, whether its context ends first or the depot gives up.
func TestDepotAppendUnavailable(t *testing.T) {
	t.Parallel()
	f := newFaults()
	f.cutOff()
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
func countRows(t testing.TB, pool *pgxpool.Pool, sql string, args ...any) (n int64) {
	t.Helper()
	if err := pool.QueryRow(testContext(t), sql, args...).Scan(&n); err != nil {
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
