package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/ledger"
)

// bareLedger is a ledger without servers: two depots on one database, and a worker on one of them.
type bareLedger struct {
	pool    *pgxpool.Pool // of the depots
	own     *pgxpool.Pool // of the test: it is not cut
	pstates *ledger.PStates
	depots  []*ledger.Depot
	stop    func() error // of the worker
}

// work lets a worker work on a depot in place of the present one.
func (b *bareLedger) work(ctx context.Context, depot *ledger.Depot) error {
	if err := b.stop(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	worker := ledger.NewWorker(depot, ledger.WorkerOptions{BatchSize: 3})
	go func() { ended <- worker.Run(ctx) }()
	b.stop = func() error {
		cancel()
		return <-ended
	}
	return nil
}

// sequence is the model: what one client after the other makes of a ledger. Its users are its own.
type sequence struct {
	*bareLedger
	base     int64
	appended int64 // records in the depot, those of others before included
	known    map[key]*kept
	pending  []*kept
	balances map[int64]int64
}

// kept is a record of the depot.
type kept struct {
	record
	offset  int64
	outcome outcome
}

func (d draft) at(base int64) record {
	return record{d.Deposit, d.ID, base + d.From, base + d.To, d.AmountMinor}
}

func (r record) forLedger() ledger.Record {
	if r.deposit {
		return ledger.Deposit{ID: r.id, UserID: r.from, AmountMinor: r.amount}
	}
	return ledger.Transfer{ID: r.id, FromUserID: r.from, ToUserID: r.to, AmountMinor: r.amount}
}

// receive says what an append of these records has to answer, and takes them over unless it is a conflict.
func (q *sequence) receive(rs []record) (receipts []ledger.Receipt, conflict int) {
	known := maps.Clone(q.known)
	var fresh []*kept
	for i, r := range rs {
		before := known[r.key()]
		if before != nil && before.record != r {
			return nil, i
		}
		if before == nil {
			k := &kept{record: r, offset: q.appended + int64(len(fresh))}
			known[r.key()] = k
			fresh = append(fresh, k)
		}
		receipts = append(receipts, ledger.Receipt{Offset: known[r.key()].offset, Replayed: before != nil})
	}
	q.known, q.appended, q.pending = known, q.appended+int64(len(fresh)), append(q.pending, fresh...)
	return receipts, -1
}

// append lets the ledger append, and compares its answer.
func (q *sequence) append(ctx context.Context, t *rapid.T, s step) {
	var rs []record
	var records []ledger.Record
	for _, d := range s.Records {
		rs = append(rs, d.at(q.base))
		records = append(records, rs[len(rs)-1].forLedger())
	}
	var got []ledger.Receipt
	var err error
	depot := q.depots[s.Process]
	if s.Do == doAppend {
		got, err = depot.Append(ctx, records...)
	} else {
		got, err = appendTx(ctx, q.own, depot, records, s.Do == doRollBack)
	}
	if errors.Is(err, errRolledBack) {
		return
	}
	want, at := q.receive(rs)
	var conflict *ledger.ConflictError
	switch {
	case at >= 0 && (!errors.As(err, &conflict) || conflict.Index != at):
		t.Fatalf("%v, want a conflict at record %d", err, at)
	case at < 0 && err != nil:
		t.Fatal(err)
	case !slices.Equal(got, want):
		t.Fatalf("receipts are %+v, want %+v", got, want)
	}
}

// appendTx is AppendTx in a transaction of its own. Rolling back is an error, too; a conflict is worth more.
func appendTx(ctx context.Context, pool *pgxpool.Pool, depot *ledger.Depot, records []ledger.Record, rollBack bool) (receipts []ledger.Receipt, err error) {
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if receipts, err = depot.AppendTx(ctx, tx, records); err == nil && rollBack {
			return errRolledBack
		}
		return err
	})
	return receipts, err
}

// settle waits until all is decided, lets the model decide, and compares outcomes and balances.
func (q *sequence) settle(ctx context.Context, t *rapid.T, s step) {
	if q.appended > 0 {
		if err := q.depots[s.Process].Wait(ctx, []ledger.Receipt{{Offset: q.appended - 1}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range q.pending {
		k.outcome = decide(k.record, q.balances[k.from], q.balances[k.to])
		if k.outcome.status == succeeded {
			if !k.deposit {
				q.balances[k.from] -= k.amount
			}
			q.balances[k.to] += k.amount
		}
	}
	q.pending = nil
	var rs []record
	for _, k := range q.known {
		rs = append(rs, k.record)
	}
	found, err := find(ctx, q.pstates, rs)
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range q.known {
		if found[name] != k.outcome {
			t.Fatalf("%+v is %v, want %v", k.record, found[name], k.outcome)
		}
	}
	if len(found) != len(q.known) {
		t.Fatalf("%d records, want %d", len(found), len(q.known))
	}
	balances, err := q.pstates.Balances(ctx, []int64{q.base, q.base + 1, q.base + 2})
	if err != nil {
		t.Fatal(err)
	}
	for user, balance := range balances {
		if balance != q.balances[user] {
			t.Fatalf("user %d has %d, want %d", user-q.base, balance, q.balances[user])
		}
	}
}

const endVictims = `SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'victim'`

func (q *sequence) do(ctx context.Context, t *rapid.T, s step) {
	switch s.Do {
	case doAppend, doAppendTx, doRollBack:
		q.append(ctx, t, s)
	case doSettle:
		q.settle(ctx, t, s)
	case doHandOver:
		if err := q.work(ctx, q.depots[s.Process]); err != nil {
			t.Fatal(err)
		}
	case doCut:
		if _, err := q.own.Exec(ctx, endVictims); err != nil {
			t.Fatal(err)
		}
	}
}

// Invariant: whatever is done to a ledger, one thing after the other, it answers what the model answers. What fails is shrunk to the shortest workload
// that does.
func TestLedger_randomWorkloads(t *testing.T) {
	t.Parallel()
	ctx := testContext(t)
	own := pgtest.New(t)
	config := own.Config()
	config.ConnConfig.RuntimeParams["application_name"] = "victim"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	b := &bareLedger{pool: pool, own: own, pstates: ledger.NewPStates(own), stop: func() error { return nil }}
	for range 2 {
		depot := ledger.NewDepot(pool)
		t.Cleanup(depot.Close)
		b.depots = append(b.depots, depot)
	}
	if err := b.work(ctx, b.depots[0]); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.stop(); err != nil {
			t.Error(err)
		}
	}()

	workload := workloads()
	base := int64(0)
	rapid.Check(t, func(t *rapid.T) {
		status, err := b.pstates.ReadStatus(ctx)
		if err != nil {
			t.Fatal(err)
		}
		base += 3
		q := &sequence{bareLedger: b, base: base, appended: status.Appended, known: map[key]*kept{}, balances: map[int64]int64{}}
		for _, s := range workload.Draw(t, "workload") {
			q.do(ctx, t, s)
		}
		q.settle(ctx, t, step{})
	})
	report, err := ledger.Verify(ctx, own, ledger.VerifyOptions{})
	if err != nil || !report.OK() {
		t.Errorf("verify: %v, %v", report.Deviations, err)
	}
}
