package catalogue_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// bigCatalogueSQL makes lists long enough that reading one whole costs more than any index: 30,000 tracks of 100 creators and 100
// genres, as many entries of 100 playlists, and as many activities of 100 actors, who follow 10 others each.
const bigCatalogueSQL = `
INSERT INTO users SELECT i, 'user' FROM generate_series(0, 20000) i;
INSERT INTO tracks (id, title, genre, duration_ms, price_minor, creator_id)
SELECT i, 'track', 'genre ' || i / 7 % 100, 1, 1, i % 100 FROM generate_series(0, 30000) i;
INSERT INTO playlists (id, title, creator_id) SELECT i, 'list', i % 100 FROM generate_series(0, 30000) i;
INSERT INTO playlist_tracks (playlist_id, position, track_id) SELECT i % 100, i / 100, i FROM generate_series(0, 30000) i;
INSERT INTO activities (id, kind, actor_id, track_id, occurred_at)
SELECT i, 'TRACK_POST', i % 100, i, '2024-01-01'::timestamptz + i * interval '1 second' FROM generate_series(0, 30000) i;
INSERT INTO activities (id, kind, actor_id, followee_id, occurred_at)
SELECT 100000 + i, 'USER_FOLLOW', i % 100, (i + 1 + i / 100) % 100, '2024-01-01' FROM generate_series(0, 999) i;
ANALYZE users, tracks, playlists, playlist_tracks, activities`

// No read looks at a whole table: its cost follows what it returns. The exceptions are the count of all tracks, and that of
// playlists' tracks, which may well join whole tables where lists are long.
//
// Postgres plans a statement for its arguments at first, and after some calls once for all arguments. Both plans are looked at.
func TestStatementsReadByIndex(t *testing.T) {
	t.Parallel()
	pooled, err := pgtest.Plain(t).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pooled.Release()
	conn := pooled.Conn()
	if _, err := conn.Exec(t.Context(), bigCatalogueSQL); err != nil {
		t.Fatal(err)
	}
	wholeTable := regexp.MustCompile(`Seq Scan on (users|tracks|playlists|playlist_tracks|activities)\b`)
	// Of a list with a parent, a walk through all ids in search of the parent's is no better.
	wholeKey := regexp.MustCompile(`Scan (Backward )?using (tracks|playlists)_pkey`)
	parented := regexp.MustCompile(`Creator|Genre`)
	for name, sql := range sqlConsts(t) {
		if slices.Contains([]string{"emptySQL", "tracksCountSQL", "playlistTracksCountsSQL"}, name) {
			continue
		}
		if _, err := conn.Prepare(t.Context(), name, sql); err != nil {
			t.Fatal(err)
		}
		for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
			if _, err := conn.Exec(t.Context(), "SET plan_cache_mode = "+mode); err != nil {
				t.Fatal(err)
			}
			for _, args := range arguments(name, sql) {
				plan := explain(t, conn, name, args)
				if name == "timelinesSQL" {
					readsTimelineByPlace(t, plan)
				}
				if wholeTable.MatchString(plan) || parented.MatchString(name) && wholeKey.MatchString(plan) {
					t.Errorf("%s(%s) reads a whole table under %s:\n%s", name, args, mode, plan)
				}
			}
		}
	}
}

// Postgres plans a statement for its arguments some times and then once for all, however few keys and rows they ask for. Only the count
// of playlists' tracks, whose best plan depends on how many there are, may be planned each time.
func TestStatementsPlannedOnce(t *testing.T) {
	t.Parallel()
	const forArguments, executions = 5, 8 // plancache.c makes the first
	pooled, err := pgtest.Plain(t).Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pooled.Release()
	conn := pooled.Conn()
	if _, err := conn.Exec(t.Context(), bigCatalogueSQL); err != nil {
		t.Fatal(err)
	}
	for name, sql := range sqlConsts(t) {
		if !strings.Contains(sql, "$1") || name == "playlistTracksCountsSQL" {
			continue
		}
		args := arguments(name, sql)[0]
		if !strings.Contains(args, "{") {
			continue // one key, not many
		}
		args = strings.NewReplacer("{1,2,3,50,99,12345}", "{1}", ", 21", ", 2").Replace(args)
		if _, err := conn.Prepare(t.Context(), name, sql); err != nil {
			t.Fatal(err)
		}
		for range executions {
			explain(t, conn, name, args)
		}
		var planned int
		if err := conn.QueryRow(t.Context(), "SELECT custom_plans FROM pg_prepared_statements WHERE name = $1", name).Scan(&planned); err != nil {
			t.Fatal(err)
		}
		if planned != forArguments {
			t.Errorf("%s was planned for its arguments %d times out of %d", name, planned, executions)
		}
	}
}

// readsTimelineByPlace demands that an actor's activities are read from the place of the page on, in the order of the index, and whom
// a user follows from the index of follows: neither by reading all that an actor did.
func readsTimelineByPlace(t *testing.T, plan string) {
	t.Helper()
	byPlace := regexp.MustCompile(`using activities_actor_id_newest on .*\n *Index Cond: .*ROW\(\S*occurred_at, \S*id\) (<|>=) ROW\(`)
	follows := regexp.MustCompile(`(using|Bitmap Index Scan on) activities_follows `)
	if len(byPlace.FindAllString(plan, -1)) != 2 || len(follows.FindAllString(plan, -1)) != 2 {
		t.Errorf("a timeline is not read by its place alone:\n%s", plan)
	}
}

// arguments are those of a statement, as SQL: of pages the first one, one in the middle and one beyond the end.
func arguments(name, sql string) []string {
	keys := `'{1,2,3,50,99,12345}'`
	if strings.HasPrefix(name, "tracksPage") {
		keys = `'{1}'` // they have one parent or none
	}
	switch {
	case strings.HasSuffix(name, "CountOfCreatorSQL"):
		return []string{`7`}
	case strings.HasSuffix(name, "CountOfGenreSQL"):
		return []string{`'genre 7'`}
	case strings.HasSuffix(name, "CountOfCreatorAndGenreSQL"):
		return []string{`7, 'genre 7'`}
	case !strings.Contains(sql, "$2"):
		return []string{keys}
	}
	if name == "timelinesSQL" {
		return []string{
			keys + `, '-9223372036854775808', 21, 'infinity'`, keys + `, 15000, 21, '2024-01-01 04:10:00'`, keys + `, 0, 21, '-infinity'`,
		}
	}
	var pages []string
	for _, after := range []string{`'-9223372036854775808'`, `150`, `15000`, `9223372036854775807`} {
		if strings.Contains(sql, "$4") {
			pages = append(pages, keys+`, `+after+`, 21, 'genre 7'`)
		} else {
			pages = append(pages, keys+`, `+after+`, 21`)
		}
	}
	return pages
}

func explain(t *testing.T, conn *pgx.Conn, name, args string) string {
	t.Helper()
	execute := "EXPLAIN EXECUTE " + pgx.Identifier{name}.Sanitize() + " (" + args + ")"
	rows, err := conn.Query(t.Context(), execute)
	if err != nil {
		t.Fatalf("%s: %v", execute, err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", execute, err)
	}
	return strings.Join(lines, "\n")
}
