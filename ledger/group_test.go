package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// holdHead keeps the depot's head locked, so that appends cannot go on, until the returned function is called.
func holdHead(t testing.TB, d *Depot) (release func()) {
	t.Helper()
	tx, err := d.pool.Begin(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(testContext(t), lockHead, 0); err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) })
	t.Cleanup(release)
	return release
}

// waitFor returns when the line of a depot is in a state.
func waitFor(t testing.TB, d *Depot, state func(*line) bool) {
	t.Helper()
	ctx := testContext(t)
	for {
		d.line.mu.Lock()
		reached := state(&d.line)
		d.line.mu.Unlock()
		if reached {
			return
		}
		if err := sleep(ctx, backoff(0)); err != nil {
			t.Fatal("the line never got there")
		}
	}
}

// Invariant: offsets are gapless under concurrent appenders of several depots, and each call's are consecutive.
func TestDepotAppendConcurrentIsGapless(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	const appenders, calls, each = 16, 10, 3
	depots := []*Depot{newDepot(t, pool), newDepot(t, pool)}
	ctx := testContext(t)
	seen := make([]bool, appenders*calls*each)
	var mu sync.Mutex
	var group sync.WaitGroup
	for a := range appenders {
		group.Go(func() {
			for c := range calls {
				records := make([]Record, each)
				for i := range records {
					records[i] = Deposit{fmt.Sprintf("%d-%d-%d", a, c, i), int64(a), 1}
				}
				receipts, err := depots[a%2].Append(ctx, records...)
				if err != nil {
					t.Errorf("Append: %v", err)
					return
				}
				mu.Lock()
				for i, r := range receipts {
					if r.Offset != receipts[0].Offset+int64(i) || r.Replayed || seen[r.Offset] {
						t.Errorf("receipts %+v", receipts)
					}
					seen[r.Offset] = true
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for offset, ok := range seen {
		if !ok {
			t.Errorf("nobody got offset %d", offset)
		}
	}
}

// Invariant: what arrives while an append is under way goes into one transaction, and a conflict in it stays with its call.
func TestDepotAppendGroups(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	if _, err := d.Append(ctx, Deposit{"known", alice, 1}); err != nil {
		t.Fatal(err)
	}
	release := holdHead(t, d)
	const calls = 20
	errs := make([]error, calls)
	var group sync.WaitGroup
	start := func(i int) {
		amount := int64(1)
		if i%5 == 4 {
			amount = 2 // contradicts what the depot holds
		}
		group.Go(func() {
			_, errs[i] = d.Append(ctx, Deposit{fmt.Sprintf("new%d", i), alice, 1}, Deposit{"known", alice, amount})
		})
	}
	start(0)
	waitFor(t, d, func(l *line) bool { return l.draining && len(l.calls) == 0 }) // the first is under way, alone
	for i := 1; i < calls; i++ {
		start(i)
	}
	waitFor(t, d, func(l *line) bool { return len(l.calls) == calls-1 })
	release()
	group.Wait()
	for i, err := range errs {
		var conflict *ConflictError
		if conflicting := errors.As(err, &conflict); conflicting != (i%5 == 4) || !conflicting && err != nil {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if n := countRows(t, pool, "SELECT count(*) FROM depot"); n != 1+calls-calls/5 {
		t.Errorf("the depot has %d records, want %d", n, 1+calls-calls/5)
	}
	if n := countRows(t, pool, "SELECT count(DISTINCT xmin::text) FROM depot"); n != 3 {
		t.Errorf("%d transactions made them, want 3: the known one, the one under way, and one for all that waited", n)
	}
}

// Invariant: a call that leaves the line has appended nothing.
func TestDepotAppendLeavesLine(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	release := holdHead(t, d)
	results := make(chan error, 2)
	go func() {
		_, err := d.Append(ctx, Deposit{"sent", alice, 1})
		results <- err
	}()
	waitFor(t, d, func(l *line) bool { return l.draining && len(l.calls) == 0 })

	cancelled, cancel := context.WithCancel(ctx)
	go func() {
		_, err := d.Append(cancelled, Deposit{"cancelled", alice, 1})
		results <- err
	}()
	waitFor(t, d, func(l *line) bool { return len(l.calls) == 1 })
	cancel()
	if err := <-results; !errors.Is(err, context.Canceled) || errors.Is(err, ErrOutcomeUnknown) {
		t.Errorf("cancelled Append: %v, want context.Canceled alone", err)
	}

	release()
	if err := <-results; err != nil {
		t.Errorf("Append that was sent: %v", err)
	}
	if n := countRows(t, pool, "SELECT count(*) FROM depot"); n != 1 {
		t.Errorf("the depot has %d records, want 1", n)
	}
}

// Invariant: a full line refuses at once, takes nothing of what it refuses, and takes calls again when there is room.
func TestDepotAppendFullLine(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	release := holdHead(t, d)
	sent := make(chan error, 1)
	go func() {
		_, err := d.Append(ctx, Deposit{"sent", alice, 1})
		sent <- err
	}()
	waitFor(t, d, func(l *line) bool { return l.draining && len(l.calls) == 0 })

	bulk := make([]Record, MaxAppend)
	for i := range bulk {
		bulk[i] = Deposit{fmt.Sprint("bulk", i), bob, 1}
	}
	filling, leave := context.WithCancel(ctx)
	defer leave()
	left := make(chan error, maxWaiting/MaxAppend)
	for range cap(left) {
		go func() {
			_, err := d.Append(filling, bulk...)
			left <- err
		}()
	}
	waitFor(t, d, func(l *line) bool { return l.records == maxWaiting })
	late := []Record{Deposit{"late", alice, 1}, Deposit{"later", charlie, 1}}
	for _, refused := range [][]Record{late, bulk} {
		if _, err := d.Append(ctx, refused...); !errors.Is(err, ErrUnavailable) || errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("Append of %d records to a full line: %v, want ErrUnavailable alone", len(refused), err)
		}
	}

	leave()
	for range cap(left) {
		if err := <-left; !errors.Is(err, context.Canceled) || errors.Is(err, ErrOutcomeUnknown) {
			t.Errorf("cancelled Append: %v, want context.Canceled alone", err)
		}
	}
	release()
	if err := <-sent; err != nil {
		t.Errorf("Append that was sent: %v", err)
	}
	if n := countRows(t, pool, "SELECT count(*) FROM depot"); n != 1 {
		t.Errorf("the depot has %d records, want 1", n)
	}
	receipts, err := d.Append(ctx, late...)
	if want := []Receipt{{Offset: 1}, {Offset: 2}}; err != nil || !slices.Equal(receipts, want) {
		t.Errorf("Append with room in the line: %+v, %v, want %+v", receipts, err, want)
	}
}

// Invariant: an append waits for one that holds lower offsets and has not committed. So no reader passes over them.
func TestDepotAppendIsSerialBehindOpenTransaction(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	ctx := testContext(t)
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // does nothing after the commit
	lower, err := d.AppendTx(ctx, tx, []Record{Deposit{"lower", alice, 1}})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan []Receipt, 1)
	go func() {
		receipts, err := d.Append(ctx, Deposit{"higher", alice, 1})
		if err != nil {
			t.Errorf("Append: %v", err)
		}
		done <- receipts
	}()
	// The second append is blocked by the first as Postgres sees it, and the depot shows neither.
	waitBlocked(t, d)
	if n := countRows(t, pool, "SELECT count(*) FROM depot"); n != 0 {
		t.Errorf("%d records are visible", n)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	higher := <-done
	if len(higher) != 1 {
		t.Fatalf("receipts are %+v", higher)
	}
	if lower[0].Offset != 0 || higher[0].Offset != 1 {
		t.Errorf("offsets are %d and %d, want 0 and 1", lower[0].Offset, higher[0].Offset)
	}
	if err := d.Wait(ctx, append(lower, higher...)); err != nil {
		t.Fatal(err)
	}
	verifyOK(t, pool, 2)
}

// waitBlocked returns when some backend of the test's database waits for another's lock.
func waitBlocked(t testing.TB, d *Depot) {
	t.Helper()
	const blocked = `SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`
	for countRows(t, d.pool, blocked) == 0 {
		if err := sleep(testContext(t), backoff(0)); err != nil {
			t.Fatal("nobody was ever blocked")
		}
	}
}

// newCall is a call that has not been put in a line.
func newCall(t testing.TB, records ...Record) *call {
	t.Helper()
	es, err := entries(records)
	if err != nil {
		t.Fatal(err)
	}
	return &call{entries: es, token: newToken(), done: make(chan struct{})}
}

// Invariant: data that only the server refuses harms just its own call.
func TestDepotAppendDataErrorStaysWithItsCall(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	// Nothing that passes validation is refused by the tables, so a constraint of the test has to.
	if _, err := pool.Exec(ctx, "ALTER TABLE depot ADD CONSTRAINT test_amount CHECK (amount_minor <> 13)"); err != nil {
		t.Fatal(err)
	}
	group := []*call{}
	for i, amount := range []int64{1, 13, 2} {
		group = append(group, newCall(t, Deposit{fmt.Sprint(i), alice, amount}))
	}
	d.commit(ctx, group)
	if group[0].err != nil || group[1].err == nil || group[2].err != nil {
		t.Errorf("errors are %v, %v, %v", group[0].err, group[1].err, group[2].err)
	}
	if group[2].receipts[0].Offset != 1 {
		t.Errorf("the refused call left a gap: %+v", group[2].receipts)
	}
}
