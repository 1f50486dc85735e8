package importer_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/ledger"
)

// database is a migrated one with its depot.
type database struct {
	*pgxpool.Pool
	depot *ledger.Depot
}

func newDatabase(t *testing.T) database {
	t.Helper()
	pool := pgtest.New(t)
	depot := ledger.NewDepot(pool)
	t.Cleanup(depot.Close)
	return database{pool, depot}
}

// dump is all rows of all tables, sorted, by table.
func (d database) dump(t *testing.T) map[string][]string {
	t.Helper()
	rows, err := d.Query(t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 6 {
		t.Fatalf("found only the tables %v", names)
	}
	dump := map[string][]string{}
	for _, name := range names {
		dump[name] = d.rows(t, `SELECT t::text FROM `+pgx.Identifier{name}.Sanitize()+` t ORDER BY 1`)
	}
	return dump
}

// rows are the values of a query's only column.
func (d database) rows(t *testing.T, sql string) []string {
	t.Helper()
	rows, err := d.Query(t.Context(), sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return values
}

// unchanged fails when the database is not what it was.
func (d database) unchanged(t *testing.T, before map[string][]string) {
	t.Helper()
	if diff := cmp.Diff(before, d.dump(t)); diff != "" {
		t.Fatalf("the database changed (-before +after):\n%s", diff)
	}
}

// settle runs a worker until every record in the depot is decided.
func (d database) settle(t *testing.T) {
	t.Helper()
	rows, err := d.Query(t.Context(), `SELECT partition, next_offset FROM depot_heads WHERE next_offset > 0`)
	if err != nil {
		t.Fatal(err)
	}
	receipts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (ledger.Receipt, error) {
		var r ledger.Receipt
		err := row.Scan(&r.Partition, &r.Offset)
		r.Offset--
		return r, err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	stopped := make(chan error, 1)
	working, stop := context.WithCancel(ctx)
	go func() { stopped <- ledger.NewWorker(d.depot, ledger.WorkerOptions{}).Run(working) }()
	waitErr := d.depot.Wait(ctx, receipts)
	stop()
	if err := <-stopped; err != nil {
		t.Fatalf("worker: %v", err)
	}
	if waitErr != nil {
		t.Fatalf("wait for the worker: %v", waitErr)
	}
}

func lines(values ...string) string { return strings.Join(values, "\n") + "\n" }
