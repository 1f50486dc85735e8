package main

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/cluster"
)

// clusterEnv names the variable with the URL of a cluster's superuser, as `make bench-graphql` and the tests have it.
const clusterEnv = "CLUMPQL_TEST_POSTGRES"

// createDatabase makes an empty migrated database in the cluster and returns its URL. drop drops it.
func createDatabase(ctx context.Context) (database string, drop func() error, err error) {
	superuser, err := url.Parse(os.Getenv(clusterEnv))
	if err != nil || superuser.Scheme == "" {
		return "", nil, fmt.Errorf("%s is no URL of a cluster: run make bench-graphql", clusterEnv) // err would tell a password
	}
	return cluster.CreateMigrated(ctx, superuser)
}

const countStatementsSQL = `
SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query ~ '^SELECT' AND query ~ '\mFROM (users|tracks|playlists|playlist_tracks|activities)\M'`

// statements is how often Postgres has read the catalogue in this database.
func statements(ctx context.Context, pool *pgxpool.Pool) (n int64, err error) {
	if err := pool.QueryRow(ctx, countStatementsSQL).Scan(&n); err != nil {
		return 0, fmt.Errorf("Postgres cannot count its statements: it needs pg_stat_statements in shared_preload_libraries: %w", err)
	}
	return n, nil
}
