package demo_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/demo"
	"github.com/clumpql/clumpql/internal/importer"
	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/ledger"
)

func newDatabase(t *testing.T) (*pgxpool.Pool, *ledger.Depot) {
	t.Helper()
	pool := pgtest.New(t)
	depot := ledger.NewDepot(pool)
	t.Cleanup(depot.Close)
	return pool, depot
}

func mustSeed(t *testing.T, pool *pgxpool.Pool, depot *ledger.Depot, opts demo.Options) importer.Summary {
	t.Helper()
	summary, err := demo.Seed(t.Context(), pool, depot, opts)
	if err != nil {
		t.Fatal(err)
	}
	return summary
}

// dump is all rows of the catalogue and of the depot, without what the depot adds of its own.
func dump(t *testing.T, pool *pgxpool.Pool) map[string][]string {
	t.Helper()
	dump := map[string][]string{}
	for _, table := range []string{"users", "tracks", "playlists", "playlist_tracks", "activities"} {
		dump[table] = texts(t, pool, `SELECT t::text FROM `+table+` t ORDER BY 1`)
	}
	dump["depot"] = texts(t, pool, `
		SELECT format('%s %s %s %s %s %s %s', partition, depot_offset, kind, record_id, user_id, to_user_id, amount_minor)
		FROM depot ORDER BY partition, depot_offset`)
	return dump
}

func texts(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	values, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// The scenario ends as it is told: 125, 160 and 115, with exactly these transfers, whatever else the demo holds.
func TestSeedScenario(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]demo.Options{
		"playground": {}, "least users": {Users: 5}, "many transfers": {Users: 6, Transfers: 2000, Seed: 7},
	} {
		for _, partitions := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, %d partitions", name, partitions), func(t *testing.T) {
				t.Parallel()
				pool, depot := newDatabase(t)
				if err := ledger.SetPartitions(t.Context(), pool, partitions); err != nil {
					t.Fatal(err)
				}
				mustSeed(t, pool, depot, opts)
				settle(t, pool, depot)
				same(t, "names", texts(t, pool, `SELECT id || ' ' || name FROM users WHERE id < 3 ORDER BY id`), "0 alice", "1 bob", "2 charlie")
				same(t, "funds", texts(t, pool, `SELECT user_id || ' ' || balance_minor FROM funds WHERE user_id < 3 ORDER BY 1`), "0 125", "1 160", "2 115")
				same(t, "deposits", texts(t, pool, `SELECT user_id || ' ' || amount_minor FROM deposits WHERE user_id < 3 ORDER BY 1`), "0 200", "1 100", "2 100")
				// Status 1 is succeeded, 2 insufficient funds.
				transfers := []string{"0 1 bob1 50 1", "0 2 charlie1 160 2", "0 2 charlie2 25 1", "2 1 bob1 10 1"}
				for _, table := range []string{"outgoing_transfers", "incoming_transfers"} {
					same(t, table, texts(t, pool, `
						SELECT format('%s %s %s %s %s', from_user_id, to_user_id, record_id, amount_minor, status)
						FROM `+table+` WHERE from_user_id < 3 OR to_user_id < 3 ORDER BY 1`), transfers...)
				}
			})
		}
	}
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// settle runs a worker until every record in the depot is decided.
func settle(t *testing.T, pool *pgxpool.Pool, depot *ledger.Depot) {
	t.Helper()
	rows, err := pool.Query(t.Context(), `SELECT partition, next_offset - 1 FROM depot_heads WHERE next_offset > 0`)
	if err != nil {
		t.Fatal(err)
	}
	receipts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r ledger.Receipt, err error) {
		return r, row.Scan(&r.Partition, &r.Offset)
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	working, stop := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- ledger.NewWorker(depot, ledger.WorkerOptions{}).Run(working) }()
	waitErr := depot.Wait(ctx, receipts)
	stop()
	if err := errors.Join(waitErr, <-stopped); err != nil {
		t.Fatal(err)
	}
}

// The same options make the same rows in another database, and other seeds others.
func TestSeedIsDeterministic(t *testing.T) {
	t.Parallel()
	opts := demo.Options{Users: 40, Tracks: 200, Playlists: 15, Transfers: 100, Seed: 3}
	var dumps []map[string][]string
	for _, seed := range []uint64{3, 3, 4} {
		pool, depot := newDatabase(t)
		opts.Seed = seed
		mustSeed(t, pool, depot, opts)
		dumps = append(dumps, dump(t, pool))
	}
	if diff := cmp.Diff(dumps[0], dumps[1]); diff != "" {
		t.Errorf("two databases of one seed differ:\n%s", diff)
	}
	for table, rows := range dumps[2] {
		if cmp.Equal(dumps[0][table], rows) {
			t.Errorf("two seeds made the same %s", table)
		}
	}
}

// A second run changes nothing and says so, also when the playground has been played in.
func TestSeedIsIdempotent(t *testing.T) {
	t.Parallel()
	pool, depot := newDatabase(t)
	if summary := mustSeed(t, pool, depot, demo.Options{}); !summary.Changed() {
		t.Error("the first run says that it changed nothing")
	}
	settle(t, pool, depot)
	if _, err := depot.Append(t.Context(), ledger.Transfer{ID: "mine", FromUserID: 0, ToUserID: 1, AmountMinor: 5}); err != nil {
		t.Fatal(err)
	}
	before := dump(t, pool)
	if summary := mustSeed(t, pool, depot, demo.Options{}); summary.Changed() {
		t.Errorf("the second run says that it changed something:\n%s", summary)
	}
	if diff := cmp.Diff(before, dump(t, pool)); diff != "" {
		t.Errorf("the second run changed something:\n%s", diff)
	}
}

// Whatever is there and is not the demo's stays as it is, and the demo does not come.
func TestSeedLeavesOtherDataAlone(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*testing.T, *pgxpool.Pool, *ledger.Depot){
		"another user 0": sql(`INSERT INTO users (id, name) VALUES (0, 'somebody')`),
		"another user":   sql(`INSERT INTO users (id, name) VALUES (77, 'somebody')`),
		"another track":  sql(`INSERT INTO tracks (id, title, creator_id, duration_ms, price_minor) VALUES (1000000, 'mine', 0, 1, 1)`),
		"another list":   sql(`INSERT INTO playlists (id, title, creator_id) VALUES (5, 'mine', 0)`),
		"another entry":  sql(`INSERT INTO playlist_tracks (playlist_id, position, track_id) VALUES (1000000, 0, 1)`),
		"another act":    sql(`INSERT INTO activities (id, kind, actor_id, followee_id, occurred_at) VALUES (5, 'USER_FOLLOW', 0, 1, now())`),
		"another demo": func(t *testing.T, pool *pgxpool.Pool, depot *ledger.Depot) {
			mustSeed(t, pool, depot, demo.Options{Seed: 2})
		},
		"a smaller demo": func(t *testing.T, pool *pgxpool.Pool, depot *ledger.Depot) {
			mustSeed(t, pool, depot, demo.Options{Tracks: 100})
		},
		"another record": func(t *testing.T, _ *pgxpool.Pool, depot *ledger.Depot) {
			if _, err := depot.Append(t.Context(), ledger.Transfer{ID: "bob1", FromUserID: 0, ToUserID: 1, AmountMinor: 51}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool, depot := newDatabase(t)
			set(t, pool, depot)
			before := dump(t, pool)
			if _, err := demo.Seed(t.Context(), pool, depot, demo.Options{}); !errors.Is(err, demo.ErrNotDemo) {
				t.Errorf("got error %v, want ErrNotDemo", err)
			}
			if diff := cmp.Diff(before, dump(t, pool)); diff != "" {
				t.Errorf("it changed something:\n%s", diff)
			}
		})
	}
}

func sql(statement string) func(*testing.T, *pgxpool.Pool, *ledger.Depot) {
	return func(t *testing.T, pool *pgxpool.Pool, _ *ledger.Depot) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSeedMakesWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	for _, opts := range []demo.Options{
		{Users: 5, Tracks: 1, Playlists: 1, Transfers: 1},
		{Users: 6, Tracks: 20, Playlists: 5, Transfers: 7, Seed: 9},
		{Users: 500, Tracks: 20_000, Playlists: 300, Transfers: 5000},
	} {
		pool, depot := newDatabase(t)
		var done, total int64
		opts.Progress = func(d, n int64) {
			if d < done || d > n {
				t.Errorf("progress %d of %d after %d", d, n, done)
			}
			done, total = d, n
		}
		summary := mustSeed(t, pool, depot, opts)
		read := map[string]int64{}
		rows := int64(len(summary.Files)) // the headers
		for _, file := range summary.Files {
			read[file.File] = file.Read
			rows += file.Read
		}
		for file, want := range map[string]int{"users.csv": opts.Users, "tracks.csv": opts.Tracks, "playlists.csv": opts.Playlists} {
			if read[file] != int64(want) {
				t.Errorf("%+v: %d %s, want %d", opts, read[file], file, want)
			}
		}
		transfers := texts(t, pool, `SELECT record_id FROM depot WHERE kind = 1 AND record_id LIKE 'transfer%'`)
		if len(transfers) != opts.Transfers {
			t.Errorf("%d transfers, want %d", len(transfers), opts.Transfers)
		}
		if done != rows || total != rows {
			t.Errorf("progress ended at %d of %d; there are %d rows", done, total, rows)
		}
	}
}

// The playground shows what the data model allows.
func TestSeedPlaygroundHasTheOddCases(t *testing.T) {
	t.Parallel()
	pool, depot := newDatabase(t)
	mustSeed(t, pool, depot, demo.Options{})
	settle(t, pool, depot)
	for what, sql := range map[string]string{
		"tracks without their creator":         `SELECT count(*) FROM tracks WHERE creator_id NOT IN (SELECT id FROM users)`,
		"tracks without a genre":               `SELECT count(*) FROM tracks WHERE genre IS NULL`,
		"entries without their track":          `SELECT count(*) FROM playlist_tracks WHERE track_id NOT IN (SELECT id FROM tracks)`,
		"tracks of alice":                      `SELECT count(*) FROM tracks WHERE creator_id = 0`,
		"playlists of charlie":                 `SELECT count(*) FROM playlists WHERE creator_id = 2`,
		"kinds of activities beyond the fifth": `SELECT count(DISTINCT kind) - 5 FROM activities`,
		"refused transfers outside the story":  `SELECT count(*) FROM outgoing_transfers WHERE status <> 1 AND from_user_id > 2`,
	} {
		var n int
		if err := pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			t.Errorf("there are no %s", what)
		}
	}
}

func TestSeedRefusesImpossibleSizes(t *testing.T) {
	t.Parallel()
	pool, depot := newDatabase(t)
	before := dump(t, pool)
	for _, opts := range []demo.Options{{Users: 4}, {Users: -1}, {Tracks: -1}, {Playlists: -1}, {Transfers: -1}, {Tracks: 1 << 40}} {
		if _, err := demo.Seed(t.Context(), pool, depot, opts); !errors.Is(err, demo.ErrOptions) {
			t.Errorf("%+v: got error %v, want ErrOptions", opts, err)
		}
	}
	if diff := cmp.Diff(before, dump(t, pool)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
}

func TestSeedCancelledLeavesNothing(t *testing.T) {
	t.Parallel()
	pool, depot := newDatabase(t)
	before := dump(t, pool)
	for _, at := range []int64{1000, 3000, 5000} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := demo.Seed(ctx, pool, depot, demo.Options{Tracks: 3000, Progress: func(done, _ int64) {
			if done >= at {
				cancel()
			}
		}})
		cancel()
		if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "seed: ") {
			t.Errorf("cancelled after %d rows: got error %v, want context.Canceled", at, err)
		}
	}
	if diff := cmp.Diff(before, dump(t, pool)); diff != "" {
		t.Errorf("something stayed:\n%s", diff)
	}
}

// Apart, nothing of the demo has an id below FirstID, and the scenario ends as ever.
func TestSeedApart(t *testing.T) {
	t.Parallel()
	pool, depot := newDatabase(t)
	mustSeed(t, pool, depot, demo.Options{Apart: true})
	settle(t, pool, depot)
	for what, sql := range map[string]string{
		"users":      `SELECT min(id) FROM users`,
		"tracks":     `SELECT least(min(id), min(creator_id)) FROM tracks`,
		"playlists":  `SELECT least(min(id), min(creator_id)) FROM playlists`,
		"activities": `SELECT least(min(id), min(actor_id), min(followee_id)) FROM activities`,
		"depot":      `SELECT least(min(user_id), min(to_user_id)) FROM depot`,
	} {
		var least int
		if err := pool.QueryRow(t.Context(), sql).Scan(&least); err != nil || least < demo.FirstID {
			t.Errorf("the least id in %s is %d: %v", what, least, err)
		}
	}
	same(t, "funds", texts(t, pool, `SELECT name || ' ' || balance_minor FROM funds JOIN users ON id = user_id WHERE user_id < $1 ORDER BY 1`,
		demo.FirstID+3), "alice 125", "bob 160", "charlie 115")
}
