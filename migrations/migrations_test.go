package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/migrations"
)

// connect opens a connection to an empty database: a test database without its schema.
func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	return connectNoticing(t, url, nil)
}

// connectNoticing gives what Postgres tells by the way to noticed.
func connectNoticing(t *testing.T, url string, noticed pgconn.NoticeHandler) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.OnNotice = noticed
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) }) // the database is dropped next
	return conn
}

func emptyDatabase(t *testing.T) string {
	t.Helper()
	url := pgtest.PlainURL(t)
	if _, err := connect(t, url).Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
		t.Fatal(err)
	}
	return url
}

func version(t *testing.T, conn *pgx.Conn) (version int32) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), "SELECT version FROM schema_version").Scan(&version); err != nil {
		t.Fatal(err)
	}
	return version
}

// Invariant: many processes may migrate at once, and each finds the newest version afterwards.
func TestUpConcurrent(t *testing.T) {
	url := emptyDatabase(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var group sync.WaitGroup
	for range 6 {
		conn := connect(t, url)
		group.Go(func() {
			if err := migrations.Up(ctx, conn); err != nil {
				t.Errorf("Up: %v", err)
			}
		})
	}
	group.Wait()
	conn := connect(t, url)
	if v := version(t, conn); v != migrations.Version() {
		t.Errorf("version is %d, want %d", v, migrations.Version())
	}
	var heads int
	if err := conn.QueryRow(ctx, "SELECT count(*) FROM depot_heads").Scan(&heads); err != nil || heads != 1 {
		t.Errorf("%d partitions, %v: the first file was applied more than once or not", heads, err)
	}
}

func TestUpTwiceChangesNothing(t *testing.T) {
	url := emptyDatabase(t)
	conn := connect(t, url)
	for range 2 {
		if err := migrations.Up(t.Context(), conn); err != nil {
			t.Fatal(err)
		}
	}
	if v := version(t, conn); v != migrations.Version() {
		t.Errorf("version is %d, want %d", v, migrations.Version())
	}
}

// Invariant: a database that a newer program has migrated is left alone.
func TestUpRefusesNewerDatabase(t *testing.T) {
	conn := connect(t, pgtest.PlainURL(t))
	if _, err := conn.Exec(t.Context(), "UPDATE schema_version SET version = version + 1"); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), conn); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("Up: %v, want an error that says that the database is newer", err)
	}
	if v := version(t, conn); v != migrations.Version()+1 {
		t.Errorf("version is %d: it was changed", v)
	}
}

// Version counts the files.
func TestVersion(t *testing.T) {
	files, err := fs.Glob(os.DirFS("."), "*.sql")
	if err != nil || int(migrations.Version()) != len(files) || len(files) == 0 {
		t.Errorf("version is %d with files %v, %v", migrations.Version(), files, err)
	}
}

// migratedTo returns a connection to a database of an older version.
func migratedTo(t *testing.T, version int32) *pgx.Conn {
	t.Helper()
	conn := connect(t, emptyDatabase(t))
	m, err := migrate.NewMigrator(t.Context(), conn, "public.schema_version")
	if err == nil {
		err = m.LoadMigrations(os.DirFS("."))
	}
	if err == nil {
		err = m.MigrateTo(t.Context(), version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// Invariant: 0004 keeps what was decided before it, and finds out in which segment it is; 0007 keeps that, and lets nobody forget it.
func TestUpSegments(t *testing.T) {
	for _, version := range []int32{3, 6} {
		t.Run(fmt.Sprint("from version ", version), func(t *testing.T) { upSegments(t, version) })
	}
}

func upSegments(t *testing.T, version int32) {
	conn := migratedTo(t, version)
	const decided = `INSERT INTO deposits SELECT 1, p, 7, 0, p, now(), 1, 'd' || p FROM unnest('{0,262143,262144,2883584}'::bigint[]) p;
INSERT INTO outgoing_transfers SELECT 1, position, 2, amount_minor, 8, depot_offset, appended_at, status, record_id FROM deposits;
INSERT INTO incoming_transfers SELECT 2, position, 1, amount_minor, 8, 9, depot_offset, appended_at, status, record_id FROM deposits`
	if _, err := conn.Exec(t.Context(), decided); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	want := []string{"d0 0 7", "d262143 0 7", "d262144 1 7", "d2883584 11 7"}
	for _, table := range []string{"deposits", "outgoing_transfers", "incoming_transfers"} {
		found := lines(t, conn, `SELECT concat_ws(' ', record_id, segment, amount_minor) FROM `+table+` ORDER BY position`)
		if !slices.Equal(found, want) {
			t.Errorf("%s has %q, want %q", table, found, want)
		}
		_, err := conn.Exec(t.Context(), `UPDATE `+table+` SET segment = NULL`)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "23502" || refused.ColumnName != "segment" {
			t.Errorf("%s without a segment: %v, want a refusal", table, err)
		}
	}
}

// Invariant: 0009 takes nobody's history for a short one that it has not counted, and lists what is there; who writes after it must say what is listed.
func TestUpByID(t *testing.T) {
	conn := migratedTo(t, 8)
	const decided = `INSERT INTO funds VALUES (1, 7), (2, 8);
INSERT INTO outgoing_transfers VALUES (1, 0, 2, 5, 12, 0, now(), 1, 'a', 0);
INSERT INTO incoming_transfers VALUES (2, 0, 1, 5, 12, 3, 0, now(), 1, 'a', 0)`
	if _, err := conn.Exec(t.Context(), decided); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `INSERT INTO funds VALUES (3, 9)`); err != nil {
		t.Fatal(err)
	}
	found := lines(t, conn, `SELECT concat_ws(' ', user_id, balance_minor, transfers) FROM funds ORDER BY 1`)
	if want := []string{"1 7 256", "2 8 256", "3 9 0"}; !slices.Equal(found, want) {
		t.Errorf("funds are %q, want %q", found, want)
	}
	for _, table := range []string{"outgoing_transfers", "incoming_transfers"} {
		if listed := lines(t, conn, `SELECT record_id FROM `+table+` WHERE by_id`); !slices.Equal(listed, []string{"a"}) {
			t.Errorf("%s lists %q", table, listed)
		}
		_, err := conn.Exec(t.Context(), `INSERT INTO `+table+` (from_user_id, to_user_id, position) VALUES (1, 2, 3)`)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "23502" {
			t.Errorf("%s takes a row of another version: %v", table, err)
		}
		var fallback *string
		const read = `SELECT column_default FROM information_schema.columns WHERE table_name = $1 AND column_name = 'by_id'`
		if err := conn.QueryRow(t.Context(), read, table).Scan(&fallback); err != nil || fallback != nil {
			t.Errorf("%s has the default %v, %v", table, fallback, err)
		}
	}
}

// Invariant: each index of a history begins with the segment, so that what is decided touches its newest pages alone.
func TestHistoriesGrowAtOnePlace(t *testing.T) {
	const indexes = `SELECT indrelid::regclass || ' by ' || pg_get_indexdef(indexrelid, 1, true) FROM pg_index
WHERE indrelid IN ('outgoing_transfers'::regclass, 'incoming_transfers'::regclass, 'deposits'::regclass) ORDER BY 1`
	want := []string{
		"deposits by segment", "deposits by segment", "incoming_transfers by segment", "incoming_transfers by segment",
		"outgoing_transfers by segment", "outgoing_transfers by segment",
	}
	if found := lines(t, connect(t, pgtest.PlainURL(t)), indexes); !slices.Equal(found, want) {
		t.Errorf("indexes are %q, want %q", found, want)
	}
}

// Invariant: statistics of the ledger's tables take a sample of 3,000 rows. Balances cannot be tidied while a sample is taken.
func TestSamplesAreSmall(t *testing.T) {
	const fill = `INSERT INTO depot SELECT n, n, n, 1, 0, now(), 0, 0, n FROM generate_series(1, 4000) n;
INSERT INTO microbatches (position, next_offset, partition) SELECT n, n, 0 FROM generate_series(1, 4000) n;
INSERT INTO funds (user_id, balance_minor) SELECT n, 0 FROM generate_series(1, 4000) n;
INSERT INTO deposits SELECT n, n, 1, 0, n, now(), 1, n, 0 FROM generate_series(1, 4000) n;
INSERT INTO outgoing_transfers SELECT n, n, 0, 1, 1, n, now(), 1, n, 0, false FROM generate_series(1, 4000) n;
INSERT INTO incoming_transfers SELECT n, n, 0, 1, 1, 0, n, now(), 1, n, 0, false FROM generate_series(1, 4000) n`
	tables := []string{"depot", "microbatches", "funds", "deposits", "outgoing_transfers", "incoming_transfers"}
	sample := regexp.MustCompile(`"(\w+)": .* (\d+) rows in sample`)
	found := map[string]string{}
	conn := connectNoticing(t, pgtest.PlainURL(t), func(_ *pgconn.PgConn, n *pgconn.Notice) {
		if m := sample.FindStringSubmatch(n.Message); m != nil {
			found[m[1]] = m[2]
		}
	})
	for _, sql := range []string{fill, "ANALYZE VERBOSE " + strings.Join(tables, ", ")} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range tables {
		if found[table] != "3000" {
			t.Errorf("the sample of %s has %q rows", table, found[table])
		}
	}
}

// Invariant: a page of funds takes 122 accounts, so that as many as can be lie in the memory of Postgres.
func TestFundsArePacked(t *testing.T) {
	conn := connect(t, pgtest.PlainURL(t))
	if _, err := conn.Exec(t.Context(), `INSERT INTO funds (user_id, balance_minor) SELECT n, 0 FROM generate_series(1, 1220) n`); err != nil {
		t.Fatal(err)
	}
	const perPage = `SELECT count(*)::text FROM funds GROUP BY (ctid::text::point)[0]`
	if found, want := lines(t, conn, perPage), slices.Repeat([]string{"122"}, 10); !slices.Equal(found, want) {
		t.Errorf("pages have %q accounts, want %q", found, want)
	}
}

// Invariant: 0003 finds the payees' balances out from what was decided before it.
func TestUpPayeeBalances(t *testing.T) {
	conn := migratedTo(t, 2)
	// User 1 has 100, pays 30, is paid 5 by 2 (whose first try is refused), and pays 75 to 2.
	const decided = `INSERT INTO deposits VALUES (1, 0, 100, 0, 0, now(), 1, 'a'), (2, 1, 10, 0, 1, now(), 1, 'a');
INSERT INTO outgoing_transfers VALUES (1, 2, 2, 30, 100, 2, now(), 1, 'b'), (2, 3, 1, 90, 40, 3, now(), 2, 'c'),
    (2, 4, 1, 5, 40, 4, now(), 1, 'd'), (1, 5, 2, 75, 75, 5, now(), 1, 'e'), (2, 6, 3, 110, 110, 6, now(), 1, 'f');
INSERT INTO incoming_transfers
SELECT to_user_id, position, from_user_id, amount_minor, payer_balance_minor, depot_offset, appended_at, status, record_id
FROM outgoing_transfers`
	if _, err := conn.Exec(t.Context(), decided); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Up(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	rows, _ := conn.Query(t.Context(), `SELECT i.record_id || i.payee_balance_minor FROM incoming_transfers i
JOIN outgoing_transfers o USING (from_user_id, to_user_id, position, amount_minor, payer_balance_minor, depot_offset, appended_at, status, record_id)
ORDER BY position`)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if want := []string{"b10", "c70", "d70", "e35", "f0"}; err != nil || !slices.Equal(found, want) {
		t.Errorf("payees had %v, want %v; %v", found, want, err)
	}
}
