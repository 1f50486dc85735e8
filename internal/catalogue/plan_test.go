package catalogue_test

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// bigCatalogueSQL makes lists long enough that reading one whole costs more than any index: 30,000 tracks of 100 creators and 100
// genres, and as many entries of 100 playlists.
const bigCatalogueSQL = `
INSERT INTO users SELECT i, 'user' FROM generate_series(0, 20000) i;
INSERT INTO tracks (id, title, genre, duration_ms, price_minor, creator_id)
SELECT i, 'track', 'genre ' || i / 7 % 100, 1, 1, i % 100 FROM generate_series(0, 30000) i;
INSERT INTO playlists (id, title, creator_id) SELECT i, 'list', i % 100 FROM generate_series(0, 30000) i;
INSERT INTO playlist_tracks (playlist_id, position, track_id) SELECT i % 100, i / 100, i FROM generate_series(0, 30000) i;
ANALYZE users, tracks, playlists, playlist_tracks`

// No read looks at a whole table: its cost follows what it returns. The exceptions are the count of all tracks, and that of
// playlists' tracks, which may well join whole tables where lists are long.
func TestStatementsReadByIndex(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), bigCatalogueSQL); err != nil {
		t.Fatal(err)
	}
	keys := []int64{1, 2, 3, 50, 99, 12345}
	wholeTable := regexp.MustCompile(`Seq Scan on (users|tracks|playlists|playlist_tracks)\b`)
	for name, sql := range sqlConsts(t) {
		if slices.Contains([]string{"emptySQL", "tracksCountSQL", "playlistTracksCountsSQL"}, name) {
			continue
		}
		var args []any
		switch {
		case strings.HasSuffix(name, "CountOfCreatorSQL"):
			args = []any{int64(7)}
		case strings.HasSuffix(name, "CountOfGenreSQL"):
			args = []any{"genre 7"}
		case strings.HasSuffix(name, "CountOfCreatorAndGenreSQL"):
			args = []any{int64(7), "genre 7"}
		case strings.Contains(sql, "$4"):
			args = []any{keys[:1], int64(15000), 21, "genre 7"}
		case strings.Contains(sql, "$2"):
			args = []any{keys, int64(150), 21}
		default:
			args = []any{keys}
		}
		plan := explain(t, pool, sql, args)
		if wholeTable.MatchString(plan) {
			t.Errorf("%s reads a whole table:\n%s", name, plan)
		}
		if strings.Contains(sql, "$2") && strings.Contains(sql, "has_previous") {
			args[1] = int64(math.MinInt64)
			if plan := explain(t, pool, sql, args); wholeTable.MatchString(plan) {
				t.Errorf("%s reads a whole table for the first page:\n%s", name, plan)
			}
		}
	}
}

func explain(t *testing.T, pool *pgxpool.Pool, sql string, args []any) string {
	t.Helper()
	rows, err := pool.Query(t.Context(), "EXPLAIN "+sql, args...)
	if err != nil {
		t.Fatalf("explain %s: %v", sql, err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("explain %s: %v", sql, err)
	}
	return strings.Join(lines, "\n")
}
