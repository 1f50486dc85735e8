package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

func mustExec(t testing.TB, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(testContext(t), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func mustRebuild(t testing.TB, pool *pgxpool.Pool, records int64) {
	t.Helper()
	n, err := Rebuild(testContext(t), pool, RebuildOptions{})
	if err != nil || n != records {
		t.Errorf("Rebuild: %d records, %v, want %d", n, err, records)
	}
}

// catalogue describes the PStates as Postgres knows them.
func catalogue(t testing.TB, pool *pgxpool.Pool) []string {
	t.Helper()
	const describe = `WITH c AS (
    SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relname IN ('funds', 'outgoing_transfers', 'incoming_transfers', 'deposits')
)
SELECT format('%s %s %s %s', relname, reloptions, relacl, relpersistence) FROM c
UNION ALL SELECT format('%s.%s %s %s %s %s %s %s %s', relname, attname, attnum, atttypid::regtype, attnotnull, attstorage, attcollation, attcompression,
    attstattarget)
FROM c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0
UNION ALL SELECT format('%s: %s %s', relname, conname, pg_get_constraintdef(k.oid)) FROM c JOIN pg_constraint k ON conrelid = c.oid
UNION ALL SELECT format('%s: %s', relname, pg_get_indexdef(indexrelid)) FROM c JOIN pg_index ON indrelid = c.oid
UNION ALL SELECT nspname FROM pg_namespace WHERE nspname = 'rebuilt'
ORDER BY 1`
	rows, _ := pool.Query(testContext(t), describe)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// Invariant: what Rebuild makes is what the migrations make, with the rights that were granted, and no trace besides.
func TestRebuildCatalogue(t *testing.T) {
	t.Parallel()
	fresh, pool := pgtest.New(t), pgtest.New(t)
	const grant = "GRANT SELECT ON funds, deposits TO PUBLIC"
	for _, pool := range []*pgxpool.Pool{fresh, pool} {
		mustExec(t, pool, grant)
	}
	mustExec(t, pool, "CREATE SCHEMA rebuilt; CREATE TABLE rebuilt.funds (left_by text)")
	mustRebuild(t, pool, 0)
	want := catalogue(t, fresh)
	if diff := cmp.Diff(want, catalogue(t, pool)); diff != "" || len(want) < 40 {
		t.Errorf("catalogue (-new +rebuilt):\n%s", diff)
	}
	mustRebuild(t, pool, 0) // nothing is in its way
}

// Invariant: whatever was wrong with the PStates is right afterwards (but what was decided on wrong funds, which the chain tells); nothing that is decided while Rebuild works is lost, readers with
// prepared statements go on, and so does the worker.
func TestRebuildWhileTheLedgerWorks(t *testing.T) {
	t.Parallel()
	withPartitions(t, func(t *testing.T, pool *pgxpool.Pool) {
		d := newDepot(t, pool)
		startWorker(t, d, WorkerOptions{BatchSize: 50})
		settle(t, d, seedRecords()...)
		for _, sql := range []string{
			"INSERT INTO funds VALUES (99, 1)",
			"DELETE FROM outgoing_transfers WHERE to_user_id = 2",
			"INSERT INTO deposits SELECT 99, -1, 1, 1, 1, now(), 1, 'fake', -1",
		} {
			mustExec(t, pool, sql)
		}
		total := rebuildUnderLoad(t, pool, d)
		verifyOK(t, pool, total)
	})
}

func rebuildUnderLoad(t *testing.T, pool *pgxpool.Pool, d *Depot) (records int64) {
	t.Helper()
	ctx, stop := context.WithCancel(testContext(t))
	defer stop()
	reads, rounds := 0, 0
	var group sync.WaitGroup
	group.Go(func() {
		s := NewPStates(pool)
		for ctx.Err() == nil {
			var n int64 // by a statement that is kept prepared
			err := pool.QueryRow(ctx, "SELECT count(*) FROM deposits WHERE user_id = $1", alice).Scan(&n)
			if err == nil {
				_, err = s.OutgoingPages(ctx, HistoryPage{First: 5}, []int64{alice, bob})
			}
			if ctx.Err() == nil && (err != nil || n == 0) {
				t.Errorf("read: %d deposits, %v", n, err)
			}
			reads++
		}
	})
	group.Go(func() {
		for ctx.Err() == nil {
			id := fmt.Sprint("round", rounds)
			settle(t, d, Deposit{id, alice, 5}, Transfer{id, alice, bob, 3}, Transfer{id, bob, charlie, 1_000_000})
			rounds++
		}
	})
	for range 3 {
		if _, err := Rebuild(ctx, pool, RebuildOptions{}); err != nil {
			t.Errorf("Rebuild: %v", err)
		}
	}
	stop()
	group.Wait()
	if reads == 0 || rounds == 0 {
		t.Errorf("%d reads and %d rounds beside it", reads, rounds)
	}
	settle(t, d, Deposit{"last", alice, 1})
	return int64(3*rounds + len(seedRecords()) + 1)
}

// Invariant: the result is the same whatever fits into memory, and progress ends at the end.
func TestRebuildManyRecords(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	var records []Record
	for i := range replayChunk + 500 {
		user, id := int64(i%10), fmt.Sprint(i)
		switch {
		case i == 0 || i >= replayChunk: // most of the user's are far from the first
			records = append(records, Transfer{id, 100, user, 7})
		case i%3 == 0:
			records = append(records, Deposit{id, user, 10})
		default:
			records = append(records, Transfer{id, user, user + 1, 7})
		}
	}
	settle(t, d, records[:replayChunk]...)
	settle(t, d, records[replayChunk:]...)
	var last, of int64
	options := RebuildOptions{Progress: func(done, total int64) { last, of = done, total }, accounts: 5}
	if n, err := Rebuild(testContext(t), pool, options); err != nil || n != int64(len(records)) || last != n || of != n {
		t.Errorf("Rebuild: %d records, %v; progress ended with %d of %d", n, err, last, of)
	}
	verifyOK(t, pool, int64(len(records)))
	// Nor does Verify forget what was counted.
	mustExec(t, pool, "UPDATE funds SET transfers = transfers - 1 WHERE user_id = 100")
	report, err := Verify(testContext(t), pool, VerifyOptions{accounts: 5})
	if err != nil || len(report.Deviations) != 1 || report.Deviations[0].Reason != "255 transfers are counted, should be 256" {
		t.Errorf("Verify: %+v, %v", report, err)
	}
}

// Invariant: from another past than that of the hash chain nothing is rebuilt, unless it is asked for.
func TestRebuildRefusesChangedPast(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		plant  string
		ignore bool // IgnoreChain helps
	}{
		"changed depot": {"UPDATE depot SET amount_minor = 24 WHERE depot_offset = 5", true},
		"lost hash":     {"UPDATE microbatches SET hash = NULL, digests = NULL WHERE position = 3", true},
		"hole":          {"DELETE FROM depot WHERE depot_offset = 4", false},
		"no microbatch": {"DELETE FROM microbatches WHERE position = 6", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			d := newDepot(t, pool)
			if _, err := d.Append(testContext(t), seedRecords()...); err != nil {
				t.Fatal(err)
			}
			decideAll(t, NewWorker(d, WorkerOptions{BatchSize: 3, Logger: testLogger(t)}))
			before := countRows(t, pool, "SELECT 'funds'::regclass::oid::bigint")
			mustExec(t, pool, test.plant)
			if _, err := Rebuild(testContext(t), pool, RebuildOptions{}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("Rebuild: %v, want ErrCorrupt", err)
			}
			if after := countRows(t, pool, "SELECT 'funds'::regclass::oid::bigint"); after != before {
				t.Error("funds was replaced")
			}
			_, err := Rebuild(testContext(t), pool, RebuildOptions{IgnoreChain: true})
			if test.ignore != (err == nil) {
				t.Errorf("Rebuild that ignores the chain: %v", err)
			}
			if report, err := Verify(testContext(t), pool, VerifyOptions{}); err != nil || report.OK() {
				t.Errorf("Verify found nothing; %v", err)
			}
		})
	}
}

// Invariant: an interrupted Rebuild changes nothing, and the next one works. Of two at once the second fails.
func TestRebuildInterrupted(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	settle(t, d, seedRecords()...)
	ctx, interrupt := context.WithCancel(testContext(t))
	_, err := Rebuild(ctx, pool, RebuildOptions{Progress: func(_, _ int64) {
		if _, err := Rebuild(ctx, pool, RebuildOptions{}); !errors.Is(err, ErrRebuilding) {
			t.Errorf("second Rebuild: %v, want ErrRebuilding", err)
		}
		interrupt()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Rebuild: %v, want context.Canceled", err)
	}
	verifyOK(t, pool, 7)
	waitUntil(t, func() bool { // the server notices the end of the session when it does
		_, err := Rebuild(testContext(t), pool, RebuildOptions{})
		if err != nil && !errors.Is(err, ErrRebuilding) {
			t.Fatal(err)
		}
		return err == nil
	})
	verifyOK(t, pool, 7)
}

// waitUntil asks again and again.
func waitUntil(t testing.TB, happened func() bool) {
	t.Helper()
	ctx := testContext(t)
	for !happened() {
		if ctx.Err() != nil {
			t.Fatal("waited in vain")
		}
	}
}

// Invariant: Rebuild does not keep readers waiting behind one that reads for long: it lets go, and tries again.
func TestRebuildGivesWay(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	d := newDepot(t, pool)
	startWorker(t, d, WorkerOptions{})
	settle(t, d, seedRecords()...)
	ctx := testContext(t)
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if _, err := tx.Exec(ctx, "SELECT count(*) FROM incoming_transfers"); err != nil {
		t.Fatal(err)
	}
	rebuilt := make(chan error, 1)
	go func() {
		_, err := Rebuild(ctx, pool, RebuildOptions{})
		rebuilt <- err
	}()
	const waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' AND relation = 'incoming_transfers'::regclass"
	for _, want := range []int64{1, 0, 1} {
		waitUntil(t, func() bool {
			var n int64
			if err := tx.QueryRow(ctx, waiting).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n == want
		})
	}
	settleElsewhere := newDepot(t, pool)
	if err := tx.Rollback(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-rebuilt; err != nil {
		t.Errorf("Rebuild: %v", err)
	}
	settle(t, settleElsewhere, Deposit{"after", alice, 1})
	verifyOK(t, pool, 8)
}

// Invariant: a view of a PState, which the new table could not serve, keeps the old tables in place.
func TestRebuildRefusesDependents(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	mustExec(t, pool, "CREATE VIEW rich AS SELECT user_id FROM funds WHERE balance_minor > 1000000")
	if _, err := Rebuild(testContext(t), pool, RebuildOptions{}); err == nil || !strings.Contains(err.Error(), "depend") {
		t.Errorf("Rebuild: %v, want an error about the view", err)
	}
	verifyOK(t, pool, 0)
}

// Invariant: autovacuum does not work on the new tables before they are in their place, where it does.
func TestRebuildWithoutAutovacuum(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	for _, sql := range createRebuilt {
		mustExec(t, pool, sql)
	}
	const off = `SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = $1::text::regnamespace AND 'autovacuum_enabled=off' = ANY(reloptions)`
	if n := countRows(t, pool, off, "rebuilt"); n != 4 {
		t.Errorf("autovacuum keeps away from %d new tables, want 4", n)
	}
	mustRebuild(t, pool, 0)
	if n := countRows(t, pool, off, "public"); n != 0 {
		t.Errorf("autovacuum keeps away from %d tables", n)
	}
}

// fakeDistribute is the function of Citus that Rebuild uses. It notes its calls.
const fakeDistribute = `CREATE TABLE calls (n integer GENERATED ALWAYS AS IDENTITY, call text);
CREATE FUNCTION create_distributed_table(name regclass, distribution_column text, colocate_with text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO calls (call) VALUES (concat_ws(' ', $1, $2, $3))
$$`

// Invariant: on a cluster the new tables are distributed by the columns that the old ones are, and beside them.
func TestRebuildDistributes(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	ctx := testContext(t)
	mustExec(t, pool, fakeDistribute)
	for _, sql := range createRebuilt {
		mustExec(t, pool, sql)
	}
	if err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return distribute(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	rows, _ := pool.Query(ctx, "SELECT call FROM calls ORDER BY n")
	calls, err := pgx.CollectRows(rows, pgx.RowTo[string])
	want := []string{
		"rebuilt.funds user_id public.funds", "rebuilt.outgoing_transfers from_user_id public.funds",
		"rebuilt.incoming_transfers to_user_id public.funds", "rebuilt.deposits user_id public.funds",
	}
	if diff := cmp.Diff(want, calls); diff != "" || err != nil {
		t.Errorf("calls (-want +got):\n%s%v", diff, err)
	}
}

// Invariant: the rows that Rebuild makes are in the segments of their positions.
func TestRebuildSegments(t *testing.T) {
	t.Parallel()
	for _, history := range rebuiltHistories {
		for _, position := range []int64{0, 1<<segmentBits - 1, 1 << segmentBits, 7<<segmentBits + 5} {
			values := history.values(&depotRow{position: position}, &outcome{})
			at := slices.Index(history.columns, "segment")
			if len(values) != len(history.columns) || at < 0 || values[at] != int32(position>>segmentBits) {
				t.Errorf("%v has %v in columns %v", history.table, values, history.columns)
			}
		}
	}
}
