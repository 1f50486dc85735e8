package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// api is the API on a database of its own, over HTTP.
type api struct {
	url  string
	pool *pgxpool.Pool
	log  *lockedBuffer
}

// catalogueSQL is what the tests' database holds: users 0 to 4 (of whom 3 has no tracks and 4 nothing at all), tracks 10 to 19, of which
// 18 and 19 have a creator who does not exist, two playlists, and activities of all kinds: of 0, who follows 1 and 77, who does not exist, of
// those, and of 2, whom 1 follows. Some of what they are about does not exist, and 6 happened at the same time as 5.
const catalogueSQL = `
INSERT INTO users (id, name) VALUES (0, 'alice'), (1, 'bob'), (2, 'charlie'), (3, 'dora'), (4, 'emil');
INSERT INTO tracks (id, title, genre, duration_ms, price_minor, creator_id)
SELECT 10 + n, 'Track ' || n, CASE WHEN n % 2 = 0 THEN 'Jazz' END, 1000 * n, 99 + n, CASE WHEN n < 8 THEN n % 3 ELSE 77 END
FROM generate_series(0, 9) n;
INSERT INTO playlists (id, title, creator_id) VALUES (100, 'Evens', 3), (101, 'Odd ones', 2), (102, 'Empty', 3);
INSERT INTO playlist_tracks (playlist_id, position, track_id)
SELECT 100, n, 10 + 2 * n FROM generate_series(0, 4) n UNION ALL VALUES (101, 7, 19), (101, 9, 11), (101, 12, 999);
INSERT INTO activities (id, kind, actor_id, track_id, playlist_id, followee_id, body, occurred_at) VALUES
(1, 'TRACK_POST', 0, 10, NULL, NULL, NULL, '2024-01-01T00:00:00Z'), (2, 'TRACK_REPOST', 1, 19, NULL, NULL, NULL, '2024-01-02T00:00:00Z'),
(3, 'PLAYLIST_POST', 1, NULL, 100, NULL, NULL, '2024-01-03T00:00:00Z'), (4, 'PLAYLIST_REPOST', 77, NULL, 999, NULL, NULL, '2024-01-04T00:00:00Z'),
(5, 'COMMENT', 1, 999, NULL, NULL, 'Lost "song"', '2024-01-05T00:00:00Z'), (6, 'USER_FOLLOW', 0, NULL, NULL, 1, NULL, '2024-01-05T01:00:00+01:00'),
(7, 'USER_FOLLOW', 0, NULL, NULL, 77, NULL, '2024-01-06T00:00:00Z'), (8, 'TRACK_POST', 2, 12, NULL, NULL, NULL, '2024-01-07T00:00:00Z'),
(9, 'COMMENT', 0, 13, NULL, NULL, 'Nice', '2024-01-08T00:00:00.000001Z'), (10, 'USER_FOLLOW', 1, NULL, NULL, 2, NULL, '2024-01-09T00:00:00Z');`

// newAPI starts the API with a catalogue and a worker.
func newAPI(t *testing.T) *api {
	t.Helper()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), catalogueSQL); err != nil {
		t.Fatal(err)
	}
	return serve(t, pool, true)
}

func serve(t *testing.T, pool *pgxpool.Pool, work bool) *api {
	t.Helper()
	a := &api{pool: pool, log: &lockedBuffer{}}
	logger := slog.New(slog.NewTextHandler(a.log, nil))
	depot := ledger.NewDepot(pool)
	handler, err := graph.NewHandler(graph.Config{
		Pool: pool, Depot: depot, Logger: logger,
		RequestID: func(context.Context) string { return "request-1" },
		MaxDepth:  15, MaxCost: 100_000,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	a.url = server.URL
	ctx, stop := context.WithCancel(context.Background())
	var worker sync.WaitGroup
	if work {
		worker.Go(func() {
			if err := ledger.NewWorker(depot, ledger.WorkerOptions{Logger: logger}).Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(func() {
		server.Close()
		stop()
		worker.Wait()
		depot.Close()
	})
	return a
}

// answer is what the API answers, as a client reads it.
type answer struct {
	Data   json.RawMessage `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
	Extensions struct {
		Clump gqlexec.Explanation `json:"clump"`
	} `json:"extensions"`
}

// ask sends a request and asks for its explanation.
func (a *api) ask(ctx context.Context, query string, variables any) (answer, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(gqlexec.ExplainHeader, "1")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	var got answer
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		return answer{}, err
	}
	return got, nil
}

// query is ask for an answer without errors.
func (a *api) query(t *testing.T, query string, variables, into any) answer {
	t.Helper()
	got, err := a.ask(t.Context(), query, variables)
	for _, e := range got.Errors {
		err = errors.Join(err, errors.New(e.Message))
	}
	if err == nil {
		err = json.Unmarshal(got.Data, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return got
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

var _ io.Writer = (*lockedBuffer)(nil)
