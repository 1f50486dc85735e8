package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// readyTimeout bounds what /readyz waits for Postgres.
const readyTimeout = 2 * time.Second

// alive answers /healthz: the process runs and serves.
func alive(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, "ok")
}

// readiness answers /readyz: 200 when Postgres can be reached and has all migrations, else 503 with the reason.
type readiness struct {
	database querier
	needed   int32 // the newest migration of this program
	log      *slog.Logger
}

func (r readiness) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	ctx, cancel := context.WithTimeout(request.Context(), readyTimeout)
	defer cancel()
	version, err := migrationVersion(ctx, r.database)
	switch {
	case err != nil && !errors.Is(err, errNotMigrated):
		r.log.Warn("not ready", "error", err)
		http.Error(w, "the database cannot be reached", http.StatusServiceUnavailable)
	case version < r.needed:
		http.Error(w, fmt.Sprintf("the database is at migration %d, this program needs %d", version, r.needed), http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "ready")
	}
}
