package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// waitIdle waits until an append may use the term of d's worker.
func waitIdle(t testing.TB, d *Depot) {
	t.Helper()
	for ctx := testContext(t); ; {
		if lent := d.idle.Load(); lent != nil && len(lent.use) == 0 {
			return
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			t.Fatal("the worker is never idle")
		}
	}
}

// Invariant: what is appended while the worker has nothing to do is decided in the same transaction, and is what it would be otherwise;
// more than a few records, or several partitions, are decided apart.
func TestDepotAppendIsDecidedAtOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{Lease: time.Hour})
	ctx := testContext(t)
	const together = `SELECT count(*) FROM depot d JOIN deposits p ON d.kind = 0 AND p.user_id = d.user_id AND p.record_id = d.record_id AND p.xmin = d.xmin`
	const rounds = 5
	records, atOnce := 0, int64(0)
	for atOnce < rounds { // the worker may look for something to do just after it was idle, but not always
		waitIdle(t, d)
		id := fmt.Sprint(records)
		if _, err := d.Append(ctx, Deposit{id, alice, 10}, Transfer{id, alice, bob, 4}); err != nil {
			t.Fatalf("%d deposits were decided in the transaction that appended them: %v", atOnce, err)
		}
		records += 2
		atOnce = countRows(t, pool, together)
	}
	many := make([]Record, immediateRecords+1)
	for i := range many {
		many[i] = Deposit{fmt.Sprint("m", i), alice, 1}
	}
	waitIdle(t, d)
	settle(t, d, many...)
	if n := countRows(t, pool, together); n != atOnce {
		t.Errorf("of too many records %d were decided in the transaction that appended them", n-atOnce)
	}
	if n := countRows(t, pool, "SELECT count(*) FROM depot WHERE abs(extract(epoch FROM now() - appended_at)) > 60"); n != 0 {
		t.Errorf("%d records have another time than now", n)
	}
	if n := countRows(t, pool, "SELECT epoch FROM lease"); n != 1 {
		t.Errorf("%d terms, want 1: nothing failed", n)
	}
	verifyOK(t, pool, int64(records+len(many)))
}

// Invariant: what contradicts itself is refused without a transaction, and the next append can use the term.
func TestDepotAppendDecidedContradictsItself(t *testing.T) {
	t.Parallel()
	b := newBorrowed(t, newDepot(t, pgtest.New(t)))
	var committing bool
	own := newCall(t, Deposit{"salary", alice, 100}, Deposit{"salary", alice, 99})
	if err := b.appendDecided(testContext(t), []*call{own}, &committing); err != nil {
		t.Errorf("append: %v", err)
	}
	var conflict *ConflictError
	if !errors.As(own.err, &conflict) || conflict.Index != 1 || conflict.Field != "amount" {
		t.Errorf("the call is answered with %v", own.err)
	}
	if err := b.append(t, Deposit{"salary", alice, 100}); err != nil {
		t.Errorf("the next append: %v", err)
	}
	verifyOK(t, b.pool, 1)
}

// borrowed is a term that only appends use.
type borrowed struct {
	*Depot
	worker *Worker
	term   *term
	broken chan error
}

func newBorrowed(t testing.TB, d *Depot) borrowed {
	t.Helper()
	w := NewWorker(d, WorkerOptions{Lease: time.Hour, Logger: testLogger(t)})
	decideAll(t, w)
	term, err := w.campaign(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	<-term.use
	b := borrowed{d, w, term, make(chan error, 1)}
	d.idle.Store(&idleTerm{term, func(func()) func() bool { return func() bool { return true } }, b.broken, 0})
	return b
}

func (b borrowed) append(t testing.TB, records ...Record) error {
	t.Helper()
	var committing bool
	return b.appendDecided(testContext(t), []*call{newCall(t, records...)}, &committing)
}

// Invariant: where an append that was decided already is refused, nothing is left of the decision, and the term goes on.
func TestDepotAppendDecidedIsUndone(t *testing.T) {
	t.Parallel()
	records := []Record{Transfer{"rent", alice, bob, 90}, Transfer{"back", bob, alice, 5}, Deposit{"gift", charlie, 1},
		Transfer{"present", alice, other, 1}} // who is only paid
	for name, obstruct := range map[string]func(t *testing.T, d *Depot) (after func(), want error){
		"another has appended": func(t *testing.T, d *Depot) (func(), error) {
			if _, err := newDepot(t, d.pool).Append(testContext(t), Transfer{"food", alice, bob, 20}); err != nil {
				t.Fatal(err)
			}
			return func() {}, errApart
		},
		"the head is locked":  func(t *testing.T, d *Depot) (func(), error) { return holdHead(t, d), errApart },
		"progress is locked":  func(t *testing.T, d *Depot) (func(), error) { return holdProgress(t, d), errApart },
		"one record is known": func(t *testing.T, d *Depot) (func(), error) { return func() {}, nil },
		"the depot was spread": func(t *testing.T, d *Depot) (func(), error) {
			if _, err := d.pool.Exec(testContext(t), "UPDATE depot_heads SET partitions = 2"); err != nil {
				t.Fatal(err)
			}
			return func() {
				if _, err := d.pool.Exec(testContext(t), "UPDATE depot_heads SET partitions = 1"); err != nil {
					t.Error(err)
				}
			}, errApart
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			d := newDepot(t, pool)
			ctx := testContext(t)
			if _, err := d.Append(ctx, Deposit{"salary", alice, 100}); err != nil {
				t.Fatal(err)
			}
			b := newBorrowed(t, d)
			if err := b.append(t, Transfer{"first", alice, bob, 1}); err != nil {
				t.Fatalf("what nothing stands in the way of: %v", err)
			}
			hash, before := b.term.hash, map[int64]account{}
			for id := range b.term.memory.younger.numbers {
				before[id] = *b.term.memory.younger.find(id)
			}
			after, want := obstruct(t, d)
			given := records
			if want == nil {
				given = append(given[:2:2], Transfer{"first", alice, bob, 1})
			}
			err := b.append(t, given...)
			if want != nil && !errors.Is(err, want) || want == nil && !isDataError(err) {
				t.Errorf("append: %v, want %v or that a key is known", err, want)
			}
			after()
			now := maps.Clone(before)
			for id := range before {
				now[id] = *b.term.memory.younger.find(id)
			}
			if diff := cmp.Diff(before, now, cmp.AllowUnexported(account{})); diff != "" || b.term.hash != hash {
				t.Errorf("accounts (before, after), and the hash %v, then %v:\n%s", hash, b.term.hash, diff)
			}
			if want != nil && b.borrow(t.Context(), nil) != nil {
				t.Error("the next group is decided at once again")
			}
			d.idle.Store(nil)
			if _, err := d.Append(ctx, records...); err != nil {
				t.Fatal(err)
			}
			b.term.use <- struct{}{} // it was returned
			if _, err := b.worker.microbatch(ctx, b.term); err != nil {
				t.Errorf("the term does not go on: %v", err)
			}
			verifyOK(t, pool, countRows(t, pool, "SELECT count(*) FROM depot"))
		})
	}
}

// Invariant: a small group waits for a worker that is busy, but not for long, and not again for a while.
func TestDepotAppendWaitsForBusyWorker(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	b := newBorrowed(t, d)
	b.term.use <- struct{}{} // as the worker does
	const patience = 50 * time.Millisecond
	d.idle.Load().patience = patience
	begin := time.Now()
	if err := b.append(t, Deposit{"impatient", alice, 1}); !errors.Is(err, errApart) || d.apart != apartAfterRefusal {
		t.Errorf("append: %v, want errApart; the next %d are decided apart", err, d.apart)
	}
	if waited := time.Since(begin); waited < patience {
		t.Errorf("it has waited for %v, want %v", waited, patience)
	}
	d.apart = 0
	d.idle.Load().patience = time.Minute
	decided := make(chan error)
	go func() { decided <- b.append(t, Deposit{"patient", alice, 1}) }()
	b.term.giveBack()
	if err := <-decided; err != nil {
		t.Errorf("append: %v", err)
	}
	verifyOK(t, pool, 1)
}

// Invariant: the worker, which looks for what it was not told of from time to time, does not when an append has just found that there is nothing.
func TestWorkerDoesNotLookAfterAppendDecided(t *testing.T) {
	t.Parallel()
	f := newFaults()
	d := newDepot(t, newFaultyPool(t, pgtest.New(t), f))
	startWorker(t, d, WorkerOptions{Lease: 2 * shortLease})
	seen := func(from int, statement string) int { // where it is among the points, or -1
		f.mu.Lock()
		defer f.mu.Unlock()
		at := slices.IndexFunc(f.points[from:], func(p point) bool { return p.statement == statement })
		if at >= 0 {
			at += from
		}
		return at
	}
	for round, looks := 0, 0; ; round++ {
		f.record()
		settle(t, d, Deposit{fmt.Sprint(round), alice, 1})
		appended := seen(0, immediateRecordSettings)
		if appended < 0 {
			continue // the worker was looking, or had been told to
		}
		first, second := -1, -1
		until(t, "the lease is renewed twice", func() bool {
			if first = seen(appended, renewLease); first >= 0 {
				second = seen(first+1, renewLease)
			}
			return second >= 0
		})
		if looked := seen(first, readDepot); looked < 0 || looked > second {
			return
		}
		if looks++; looks == 10 { // once it may have been told to
			t.Fatal("the worker always looks after what was decided with its append")
		}
	}
}

// Invariant: an append under a term that is over changes nothing, and tells the worker.
func TestDepotAppendDecidedIsFenced(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	b := newBorrowed(t, d)
	if err := b.append(t, Deposit{"salary", alice, 100}); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(testContext(t), endTerm); err != nil {
		t.Fatal(err)
	}
	decideAll(t, NewWorker(newDepot(t, pool), WorkerOptions{ID: "successor", Logger: testLogger(t)}))
	if err := b.append(t, Transfer{"rent", alice, bob, 90}); !errors.Is(err, errApart) {
		t.Errorf("append: %v, want errApart", err)
	}
	if err := <-b.broken; !errors.Is(err, errFenced) {
		t.Errorf("the worker is told %v, want errFenced", err)
	}
	if b.borrow(t.Context(), nil) != nil {
		t.Error("the term can be used")
	}
	verifyOK(t, pool, 1)
}

// Invariant: a term that cannot read what it should remember is over, before anything is appended.
func TestDepotAppendDecidedWithoutFunds(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	f := newFaults()
	d := newDepot(t, newFaultyPool(t, pool, f))
	b := newBorrowed(t, d)
	f.cutOff()
	if err := b.append(t, Deposit{"salary", alice, 100}); !errors.Is(err, errApart) {
		t.Errorf("append: %v, want errApart", err)
	}
	if err := <-b.broken; err == nil || b.borrow(t.Context(), nil) != nil {
		t.Errorf("the worker is told %v, and the term can be used: %v", err, b.borrow(t.Context(), nil) != nil)
	}
	verifyOK(t, pool, 0)
}

// Invariant: a term ends at once, also while an append that uses it hangs.
func TestWorkerEndsWhileAppendUsesItsTerm(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	d := newDepot(t, pool)
	stop := startWorker(t, d, WorkerOptions{Lease: time.Hour})
	settle(t, d, Deposit{"salary", alice, 100})
	ctx := testContext(t)
	// A statement that hangs without a lock that would be waited for.
	const hang = `CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); RETURN NEW; END';
CREATE TRIGGER hang BEFORE INSERT ON microbatches EXECUTE FUNCTION hang()`
	if _, err := pool.Exec(ctx, hang); err != nil {
		t.Fatal(err)
	}
	waitIdle(t, d)
	appended := make(chan error, 1)
	go func() {
		_, err := d.Append(ctx, Transfer{"rent", alice, bob, 90})
		appended <- err
	}()
	const hanging = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
	for countRows(t, pool, hanging) == 0 {
		if err := sleep(ctx, backoff(0)); err != nil {
			t.Fatal("nothing hangs")
		}
	}
	start := time.Now()
	stop()
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("the worker took %v to end", took)
	}
	const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
	if _, err := pool.Exec(ctx, end); err != nil {
		t.Fatal(err)
	}
	if err := <-appended; err != nil {
		t.Errorf("the append, repeated: %v", err)
	}
	if _, err := pool.Exec(ctx, "DROP TRIGGER hang ON microbatches"); err != nil {
		t.Fatal(err)
	}
	decideAll(t, NewWorker(d, WorkerOptions{Logger: testLogger(t)}))
	verifyOK(t, pool, 2)
}

// Invariant: the time of a record is that of the database, wherever the process' own clock is.
func TestTermClock(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{-time.Hour, 0, time.Hour} {
		var c clock
		c.set(time.Now().Add(ahead))
		if now := c.now(); time.Until(now)-ahead > time.Second || ahead-time.Until(now) > time.Second || now.Nanosecond()%1000 != 0 {
			t.Errorf("the clock says %v, want one that is %v ahead, in microseconds", now, ahead)
		}
	}
}
