package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// holdProgress keeps the depot's progress locked, so that a microbatch that was sent cannot go on, until the function is called.
func holdProgress(t testing.TB, d *Depot) (release func()) {
	t.Helper()
	tx, err := d.pool.Begin(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(testContext(t), "SELECT partition FROM progress WHERE partition = 0 FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(testContext(t)); err != nil {
			t.Error(err)
		}
	}
}

// Invariant: while a microbatch is under way no small one is sent: all that arrives meanwhile is the next one.
func TestWorkerSendsSmallMicrobatchesOneByOne(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{Lease: time.Hour})
	settle(t, d, Deposit{"first", alice, 100})
	release := holdProgress(t, d)
	ctx := testContext(t)
	var receipts []Receipt
	const calls = 5
	for i := range calls {
		more, err := d.Append(ctx, Transfer{fmt.Sprint(i), alice, bob, 10})
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, more...)
		waitBlocked(t, d) // the first is under way
		for len(d.appended) > 0 {
			if err := sleep(ctx, backoff(0)); err != nil { // until the worker turns to this one
				t.Fatal("the worker does not look")
			}
		}
		const blocked = `SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0`
		if n := countRows(t, pool, blocked); n != 1 {
			t.Errorf("%d transactions are under way, want 1", n)
		}
	}
	release()
	if err := d.Wait(ctx, receipts); err != nil {
		t.Fatal(err)
	}
	if n := countRows(t, pool, "SELECT count(*) FROM microbatches"); n != 3 {
		t.Errorf("%d microbatches, want 3: the first deposit's, the one under way, and one for all that came meanwhile", n)
	}
	if n := countRows(t, pool, "SELECT epoch FROM lease"); n != 1 {
		t.Errorf("%d terms, want 1: nothing failed", n)
	}
	verifyOK(t, pool, 1+calls)
}

// Invariant: what was decided on the outcome of a microbatch that was not committed goes with it, and so do the remembered balances.
func TestWorkerDropsWhatWasDecidedAhead(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	if _, err := d.Append(ctx, Deposit{"salary", alice, 100}); err != nil {
		t.Fatal(err)
	}
	first := NewWorker(d, WorkerOptions{ID: "first", Lease: time.Microsecond, Logger: testLogger(t)})
	second := NewWorker(d, WorkerOptions{ID: "second", Lease: time.Microsecond, Logger: testLogger(t)})
	decideAll(t, first) // remembers 100
	old, err := first.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	fill := func(mb *microbatch, records ...Record) *microbatch {
		t.Helper()
		if _, err := d.Append(ctx, records...); err != nil {
			t.Fatal(err)
		}
		if _, err := first.fill(ctx, old, mb); err != nil {
			t.Fatal(err)
		}
		return mb
	}
	under := old.send(fill(old.begin(old.next), Transfer{"rent", alice, bob, 90}), nil)
	ahead := fill(old.begin(under.next), Transfer{"food", alice, bob, 90}) // refused: 10 are left
	if got := ahead.outcomes[0]; got != (outcome{status: InsufficientFunds, balanceMinor: 10, payeeMinor: 90}) {
		t.Errorf("decided ahead: %+v, want a refusal with 10 and 90", got)
	}

	// Somebody else takes over before the microbatch arrives, and decides both and one more.
	if _, err := d.Append(ctx, Deposit{"bonus", alice, 50}); err != nil {
		t.Fatal(err)
	}
	decideAll(t, second)
	if err := first.commit(ctx, under); !errors.Is(err, errFenced) {
		t.Errorf("the microbatch that comes too late: %v, want errFenced", err)
	}
	hash := old.hash
	for _, before := range []*sending{under, nil} {
		old.hash = hash
		if err := first.commit(ctx, old.send(ahead, before)); !errors.Is(err, errFenced) {
			t.Errorf("what was decided ahead, sent after %v: %v, want errFenced", before, err)
		}
	}

	// The new term sees the funds as they are: 60, and not the 10 that the old one remembers.
	if _, err := d.Append(ctx, Transfer{"music", alice, bob, 60}); err != nil {
		t.Fatal(err)
	}
	decideAll(t, first)
	if n := countRows(t, pool, "SELECT balance_minor FROM funds WHERE user_id = 0"); n != 0 {
		t.Errorf("alice has %d, want 0", n)
	}
	verifyOK(t, pool, 5)
}

// Invariant: however few accounts a memory keeps, decisions see what was decided before, committed or not.
func TestMemoryForgetsNothingUncommitted(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	w := NewWorker(d, WorkerOptions{Logger: testLogger(t)})
	term, err := w.campaign(ctx)
	if err != nil {
		t.Fatal(err)
	}
	term.memory.limit = 1
	next := term.next
	const rounds, users = 20, 3
	var under []*sending // begun, and not committed
	commit := func() {
		t.Helper()
		if err := w.commit(ctx, under[0]); err != nil {
			t.Fatal(err)
		}
		under = under[1:]
	}
	for round := range rounds {
		mb := term.begin(next)
		for part := range 2 { // each microbatch is added to while the one before it is under way
			user := int64((2*round + part) % users)
			if _, err := d.Append(ctx, Deposit{fmt.Sprint(round, part), user, 10}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.fill(ctx, term, mb); err != nil {
				t.Fatal(err)
			}
		}
		if len(under) == mostUnderWay {
			commit()
		}
		under, next = append(under, term.send(mb, nil)), mb.next
		if n := len(term.memory.younger.numbers) + len(term.memory.older.numbers); n > 2*users {
			t.Errorf("%d accounts are remembered", n)
		}
	}
	for len(under) > 0 {
		commit()
	}
	verifyOK(t, pool, 2*rounds)
}

// Invariant: balances change in their page, without touching an index.
func TestWorkerUpdatesFundsInTheirPage(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	working, err := pgxpool.NewWithConfig(testContext(t), pool.Config()) // of its own, so that it can be closed
	if err != nil {
		t.Fatal(err)
	}
	defer working.Close()
	d := newDepot(t, working)
	stop := startWorker(t, d, WorkerOptions{})
	const users = 500
	records := make([]Record, users)
	for u := range records {
		records[u] = Deposit{"salary", int64(u), 10}
	}
	settle(t, d, records...)
	// A tenth of each page's rows changes at once, which is less than its room. Later microbatches use the room of dead versions, unless
	// something old in the database may still see those.
	records = records[:0]
	for i := range int64(users / 20) {
		records = append(records, Transfer{"rent", 20 * i, 20*i + 1, 1})
	}
	settle(t, d, records...)
	stop()
	d.Close()
	working.Close() // the backends report what they counted as they end
	const read = `SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'funds'`
	ctx := testContext(t)
	for {
		var updated, hot int64
		if err := pool.QueryRow(ctx, read).Scan(&updated, &hot); err != nil {
			t.Fatal(err)
		}
		if updated >= users/10 {
			if hot != updated {
				t.Errorf("%d of %d updates stayed in their page", hot, updated)
			}
			return
		}
		if err := sleep(ctx, backoff(3)); err != nil {
			t.Fatalf("%d updates were counted, want %d", updated, users/10)
		}
	}
}

// Invariant: a replay among new records, also within one group, is found; what is known about replays decides only how.
func TestDepotAppendFreshOrKnown(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	ctx := testContext(t)
	appendOne := func(id string) Receipt {
		t.Helper()
		receipts, err := d.Append(ctx, Deposit{"new" + id, bob, 1}, Deposit{id, alice, 1})
		if err != nil {
			t.Fatal(err)
		}
		return receipts[1]
	}
	if r := appendOne("a"); r != (Receipt{Offset: 1}) || d.lookups != 0 {
		t.Errorf("new: %+v, %d lookups to come", r, d.lookups)
	}
	r, err := d.Append(ctx, Deposit{"b", alice, 1}, Deposit{"a", alice, 1})
	if err != nil || r[0] != (Receipt{Offset: 2}) || r[1] != (Receipt{Offset: 1, Replayed: true}) {
		t.Errorf("one new, one known: %+v, %v", r, err)
	}
	for i := range lookupsAfterReplay {
		if want := lookupsAfterReplay - i; d.lookups != want {
			t.Errorf("%d lookups to come, want %d", d.lookups, want)
		}
		appendOne(fmt.Sprint("c", i))
	}
	if d.lookups != 0 {
		t.Errorf("%d lookups to come, want none", d.lookups)
	}
	if got, want := appendOne("z").Offset, int64(2+2*lookupsAfterReplay+2); got != want {
		t.Errorf("offset %d, want %d", got, want)
	}
}

// Invariant: a message that stops in the middle holds no row locked.
func TestMessageTakesLocksLast(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	conn, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	m := &message{settings: stmtPlans}
	m.add(stmtTakeOffsets, argInt4(0), argInt4(1), argInt8(1))
	large := make([]int64, 100_000)
	m.add(stmtWriteFunds, argInt8s(large), argInt8s(large))
	for _, s := range []statement{stmtBegin, stmtPlans, stmtTakeOffsets, stmtWriteFunds} {
		if _, err := conn.Conn().Prepare(ctx, s.name, s.sql); err != nil {
			t.Fatal(err)
		}
	}
	encoded := m.encode()
	raw := conn.Conn().PgConn().Conn()
	if _, err := raw.Write(encoded[:len(encoded)-1_000]); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Conn().Close(ctx) }() // it can not be used any more
	if err := lockHeadsNow(ctx, pool); err != nil {
		t.Errorf("the head is locked by a message that has not arrived: %v", err)
	}
}

// Invariant: whoever waited for a record in the process that decided it finds the outcome there, as the PStates have it; other records are
// not found, and a notification or a poll does not wake before the outcome is there.
func TestDepotRecentOutcomes(t *testing.T) {
	t.Parallel()
	for _, partitions := range []int{1, 3} {
		pool := pgtest.New(t)
		ctx := testContext(t)
		if err := SetPartitions(ctx, pool, partitions); err != nil {
			t.Fatal(err)
		}
		d := newDepot(t, pool)
		startWorker(t, d, WorkerOptions{})
		s := NewPStates(pool)
		for round := range 20 {
			deposit := Deposit{fmt.Sprint(round), int64(round % 4), 100}
			transfer := Transfer{fmt.Sprint(round), int64(round+1) % 4, 9, 70} // mostly in another partition
			receipts := settle(t, d, deposit, transfer)
			transfers, err := s.Transfers(ctx, []TransferKey{{transfer.FromUserID, transfer.ID}})
			if err != nil {
				t.Fatal(err)
			}
			got, ok := d.RecentTransfer(receipts[1])
			if diff := cmp.Diff(transfers[TransferKey{transfer.FromUserID, transfer.ID}], got); !ok || diff != "" {
				t.Errorf("RecentTransfer: %v (PStates, recent):\n%s", ok, diff)
			}
			deposits, err := s.Deposits(ctx, []DepositKey{{deposit.UserID, deposit.ID}})
			if err != nil {
				t.Fatal(err)
			}
			paid, ok := d.RecentDeposit(receipts[0])
			if diff := cmp.Diff(deposits[DepositKey{deposit.UserID, deposit.ID}], paid); !ok || diff != "" {
				t.Errorf("RecentDeposit: %v (PStates, recent):\n%s", ok, diff)
			}
			if _, ok := d.RecentTransfer(receipts[0]); ok {
				t.Error("a deposit is found as a transfer")
			}
		}
		for _, r := range []Receipt{{Offset: 1_000}, {Partition: -1}, {Partition: MaxPartitions}} {
			if _, ok := d.RecentTransfer(r); ok {
				t.Errorf("%+v is found", r)
			}
		}
	}
}

// Invariant: a decided is bounded, and always has the last microbatch.
func TestDecidedIsBounded(t *testing.T) {
	d := decided{}
	const each, rounds = decidedKept / 4, 10
	for i := range int64(rounds) {
		mb := &microbatch{from: []int64{i * each}, next: []int64{(i + 1) * each}}
		mb.rows, mb.outcomes = make([]depotRow, each), make([]outcome, each)
		d.add(mb)
	}
	if d.rows > decidedKept+each {
		t.Errorf("%d records are kept", d.rows)
	}
	if _, _, ok := d.find(Receipt{Offset: rounds*each - 1}); !ok {
		t.Error("the last record is gone")
	}
	if _, _, ok := d.find(Receipt{Offset: 0}); ok {
		t.Error("the first record is still there")
	}
}

// Invariant: other processes are told of records that they may have to decide, and of all that is decided.
func TestDepotAppendNotifiesWhoDecides(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	conn, err := pool.Acquire(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, listen); err != nil {
		t.Fatal(err)
	}
	working, other := newDepot(t, pool), newDepot(t, pool)
	presumeOthers(working)
	startWorker(t, working, WorkerOptions{Lease: time.Hour})
	settle(t, working, Deposit{"first", alice, 1}) // maybe before the worker's term
	settle(t, working, Deposit{"own", alice, 1})
	settle(t, other, Deposit{"other's", alice, 1})
	var notes []string
	for last := ""; last != "settled 0:3"; {
		n, err := conn.Conn().WaitForNotification(ctx)
		if err != nil {
			t.Fatal(err)
		}
		last = n.Payload
		notes = append(notes, last)
	}
	want := []string{"settled 0:1", "settled 0:2", "appended", "settled 0:3"}
	if notes[0] == noteAppended {
		notes = notes[1:]
	}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("notifications (-want +got):\n%s", diff)
	}
}
