package graph_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TestEnrichedTracks_TwoStatementsOnABusyMachine asks for 90 tracks from 16 clients at once while every processor is kept busy, and demands
// exactly two fetches of each request: by its explanation, and by Postgres' own count.
func TestEnrichedTracks_TwoStatementsOnABusyMachine(t *testing.T) {
	const clients, requests = 16, 25
	a := newAPI(t)
	ctx := t.Context()
	if _, err := a.pool.Exec(ctx, `INSERT INTO tracks (id, title, duration_ms, price_minor, creator_id)
		SELECT n, 'Track ' || n, 1, 1, n % 3 FROM generate_series(1000, 1089) n`); err != nil {
		t.Fatal(err)
	}
	count := newStatementCount(t, a.pool)
	before := count.read(t)

	idle := keepBusy()
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			for range requests {
				if err := enrich90(ctx, a); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	idle()

	if got := count.read(t) - before; got != 2*clients*requests {
		t.Errorf("Postgres counts %d statements for %d requests, want 2 for each", got, clients*requests)
	}
}

// enrich90 asks for 90 enriched tracks and checks the answer and its explanation.
func enrich90(ctx context.Context, a *api) error {
	ids := make([]string, 90)
	for i := range ids {
		ids[i] = strconv.Itoa(1000 + (i*37)%90)
	}
	got, err := a.ask(ctx, `query ($ids: [ID!]!) { enrichedTracks(ids: $ids) { track { id } creator { name } } }`, map[string]any{"ids": ids})
	if err != nil || len(got.Errors) > 0 {
		return fmt.Errorf("%v %w", got.Errors, err)
	}
	var data struct {
		EnrichedTracks []struct {
			Track   struct{ ID string }
			Creator struct{ Name string }
		}
	}
	if err := json.Unmarshal(got.Data, &data); err != nil {
		return err
	}
	if len(data.EnrichedTracks) != len(ids) {
		return fmt.Errorf("%d tracks, want %d", len(data.EnrichedTracks), len(ids))
	}
	names := []string{"alice", "bob", "charlie"}
	for i, e := range data.EnrichedTracks {
		n, _ := strconv.Atoi(ids[i])
		if e.Track.ID != ids[i] || e.Creator.Name != names[n%3] {
			return fmt.Errorf("place %d has track %s of %s, want %s of %s", i, e.Track.ID, e.Creator.Name, ids[i], names[n%3])
		}
	}
	clump := got.Extensions.Clump
	if clump.Waves != 2 || len(clump.Fetches) != 2 || clump.Fetches[0].Keys != 90 || clump.Fetches[1].Keys != 3 {
		return fmt.Errorf("fetches %+v, want 90 tracks, then 3 users", clump)
	}
	return nil
}

// keepBusy spins on every processor until the returned function is called.
func keepBusy() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var spinning sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		spinning.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				_ = strconv.Itoa(n)
			}
		})
	}
	return func() { cancel(); spinning.Wait() }
}

// statementCount reads Postgres' count of the statements that read the catalogue.
type statementCount struct{ pool *pgxpool.Pool }

const countStatements = `SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query LIKE 'SELECT%' AND (query LIKE '%FROM tracks%' OR query LIKE '%FROM users%') AND query NOT LIKE '%pg_stat%'`

func newStatementCount(t *testing.T, pool *pgxpool.Pool) statementCount {
	t.Helper()
	var libraries string
	err := pool.QueryRow(t.Context(), `SHOW shared_preload_libraries`).Scan(&libraries)
	if err == nil {
		_, err = pool.Exec(t.Context(), `CREATE EXTENSION IF NOT EXISTS pg_stat_statements`)
	}
	if err != nil {
		t.Fatalf("Postgres cannot count its statements: it needs pg_stat_statements (Debian: postgresql-contrib) "+
			"in shared_preload_libraries, which is %q: %v", libraries, err)
	}
	return statementCount{pool}
}

func (c statementCount) read(t *testing.T) (n int64) {
	t.Helper()
	if err := c.pool.QueryRow(t.Context(), countStatements).Scan(&n); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatalf("Postgres cannot count its statements: pg_stat_statements has to be in shared_preload_libraries: %v", err)
	}
	return n
}
