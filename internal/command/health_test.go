package command

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/migrations"
)

func TestReadiness(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	closed := pgtest.New(t)
	closed.Close()
	for _, test := range []struct {
		name   string
		ready  readiness
		status int
		body   string
	}{
		{"migrated", readiness{pgtest.New(t), migrations.Version(), quiet}, http.StatusOK, "ready"},
		{"behind", readiness{pgtest.New(t), migrations.Version() + 1, quiet}, http.StatusServiceUnavailable, "is at migration"},
		{"empty", readiness{emptyDatabase(t), migrations.Version(), quiet}, http.StatusServiceUnavailable, "is at migration 0"},
		{"unreachable", readiness{closed, migrations.Version(), quiet}, http.StatusServiceUnavailable, "cannot be reached"},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer := httptest.NewRecorder()
			test.ready.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
			if answer.Code != test.status || !strings.Contains(answer.Body.String(), test.body) {
				t.Errorf("answered %d %q, want %d %q", answer.Code, answer.Body, test.status, test.body)
			}
		})
	}
}

// emptyDatabase returns a database without our tables.
func emptyDatabase(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), `DROP TABLE public.schema_version`); err != nil {
		t.Fatal(err)
	}
	return pool
}

func TestMigrationVersion_empty(t *testing.T) {
	if version, err := migrationVersion(t.Context(), emptyDatabase(t)); version != 0 || !errors.Is(err, errNotMigrated) {
		t.Errorf("version %d, error %v", version, err)
	}
}

func TestConnect_settings(t *testing.T) {
	url := pgtest.URL(t)
	for _, test := range []struct {
		suffix string
		size   int32
		ping   time.Duration
	}{{"", poolSize, pingTimeout}, {"&pool_max_conns=3", 3, pingTimeout}, {"&pool_ping_timeout=5s", poolSize, 5 * time.Second}} {
		if !strings.Contains(url, "?") {
			test.suffix = strings.Replace(test.suffix, "&", "?", 1)
		}
		db, err := connect(t.Context(), url+test.suffix, nil, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if got := db.pool.Config(); got.MaxConns != test.size || got.PingTimeout != test.ping {
			t.Errorf("%q: %d connections and %v for a ping, want %d and %v", test.suffix, got.MaxConns, got.PingTimeout, test.size, test.ping)
		}
		var name string
		if err := db.pool.QueryRow(context.Background(), `SHOW application_name`).Scan(&name); err != nil || name != "clumpql" {
			t.Errorf("application_name %q, error %v", name, err)
		}
		db.close()
	}
}
