package migrations_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/migrations"
)

// fakeCluster has the functions and the table of Citus that Distribute uses. They note their calls.
const fakeCluster = `CREATE SCHEMA fake;
CREATE TABLE fake.calls (n integer GENERATED ALWAYS AS IDENTITY, name text, distribution_column text, colocated text);
CREATE TABLE fake.pg_dist_partition (logicalrelid regclass PRIMARY KEY);
CREATE FUNCTION fake.create_distributed_table(name regclass, distribution_column text, colocate_with text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fake.calls (name, distribution_column, colocated) VALUES ($1::text, $2, $3);
    INSERT INTO fake.pg_dist_partition VALUES ($1)
$$;
CREATE FUNCTION fake.create_reference_table(name regclass) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fake.calls (name) VALUES ($1::text);
    INSERT INTO fake.pg_dist_partition VALUES ($1)
$$;
SET search_path = public, fake`

// Invariant: every table goes where it belongs, once, and after what it is colocated with; each of its unique keys contains the column by
// which it is distributed, as a cluster demands.
func TestDistribute(t *testing.T) {
	conn := connect(t, pgtest.PlainURL(t))
	if _, err := conn.Exec(t.Context(), fakeCluster); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := migrations.Distribute(t.Context(), conn); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"funds user_id none", "outgoing_transfers from_user_id public.funds", "incoming_transfers to_user_id public.funds",
		"deposits user_id public.funds", "depot partition none", "depot_heads partition public.depot", "progress partition public.depot",
		"microbatches partition public.depot", "lease id none",
		"users  ", "tracks  ", "playlists  ", "playlist_tracks  ", "activities  ",
	}
	got := lines(t, conn, `SELECT concat(name, ' ', distribution_column, ' ', colocated) FROM fake.calls ORDER BY n`)
	if !slices.Equal(got, want) {
		t.Errorf("calls were\n%q, want\n%q", got, want)
	}
	forgotten := lines(t, conn, `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
AND relname <> 'schema_version' AND oid NOT IN (SELECT logicalrelid FROM fake.pg_dist_partition)`)
	if len(forgotten) != 0 {
		t.Errorf("not distributed: %v", forgotten)
	}
	impossible := lines(t, conn, `SELECT i.indexrelid::regclass::text FROM fake.calls c JOIN pg_index i ON i.indrelid = c.name::regclass
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = c.distribution_column
WHERE i.indisunique AND NOT a.attnum = ANY (i.indkey)`)
	if len(impossible) != 0 {
		t.Errorf("unique keys without the column of the distribution: %v", impossible)
	}
	if n := lines(t, conn, `SELECT name FROM fake.calls c JOIN pg_index i ON i.indrelid = c.name::regclass AND i.indisunique
WHERE c.distribution_column IS NOT NULL`); len(n) < 11 {
		t.Errorf("looked at %d unique keys only", len(n))
	}
}

// Invariant: without the extension nothing is distributed, whatever functions there are.
func TestUpWithoutCluster(t *testing.T) {
	conn := connect(t, pgtest.PlainURL(t))
	if _, err := conn.Exec(t.Context(), fakeCluster); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if calls := lines(t, conn, "SELECT name FROM fake.calls"); len(calls) != 0 {
		t.Errorf("distributed %v", calls)
	}
}

// Invariant: a failure leaves nothing distributed, and names the table.
func TestDistributeFails(t *testing.T) {
	conn := connect(t, pgtest.PlainURL(t))
	if _, err := conn.Exec(t.Context(), fakeCluster+`; ALTER TABLE fake.calls ADD CHECK (name <> 'lease')`); err != nil {
		t.Fatal(err)
	}
	err := migrations.Distribute(t.Context(), conn)
	if want := "distribute: public.lease: "; err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
		t.Errorf("Distribute: %v, want %s...", err, want)
	}
	if calls := lines(t, conn, "SELECT name FROM fake.calls"); len(calls) != 0 {
		t.Errorf("distributed %v", calls)
	}
}

func lines(t *testing.T, conn *pgx.Conn, sql string) []string {
	t.Helper()
	rows, _ := conn.Query(t.Context(), sql)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", sql, err))
	}
	return found
}
