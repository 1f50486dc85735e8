package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/migrations"
)

// clusterEnv names the variable with the URL of a cluster's superuser, as `make bench-graphql` and the tests have it.
const clusterEnv = "CLUMPQL_TEST_POSTGRES"

const dropTimeout = 30 * time.Second

// createDatabase makes an empty migrated database in the cluster and returns its URL. drop drops it, whoever is connected.
func createDatabase(ctx context.Context) (database string, drop func() error, err error) {
	cluster, err := url.Parse(os.Getenv(clusterEnv))
	if err != nil || cluster.Scheme == "" {
		return "", nil, fmt.Errorf("%s is no URL of a cluster: run make bench-graphql", clusterEnv) // err would tell a password
	}
	name := "clumpql_bench_" + rand.Text()
	if err := execute(ctx, cluster.String(), "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", nil, err
	}
	drop = func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTimeout)
		defer cancel()
		return execute(ctx, cluster.String(), "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	}
	own := *cluster
	own.Path = "/" + name
	if err := migrate(ctx, own.String()); err != nil {
		return "", nil, errors.Join(err, drop())
	}
	return own.String(), drop, nil
}

func execute(ctx context.Context, address, statement string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}

func migrate(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return migrations.Up(ctx, conn)
}

// withPoolSize returns the URL with the size of the servers' pools.
func withPoolSize(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	query := u.Query()
	query.Set("pool_max_conns", strconv.Itoa(poolSize))
	u.RawQuery = query.Encode()
	return u.String(), nil
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
