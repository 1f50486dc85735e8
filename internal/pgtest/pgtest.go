package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Env names the variable that holds the URL of a cluster to use, as a superuser.
const Env = "CLUMPQL_TEST_POSTGRES"

const (
	// setUpTimeout bounds everything before the test's first statement. It is long because the first test of a run waits
	// for the cluster and the template, beside every other test process of that run.
	setUpTimeout = 2 * time.Minute
	// tearDownTimeout bounds closing the pool, and dropping the database.
	tearDownTimeout = 30 * time.Second
)

// New returns a pool on a database of its own: fresh, migrated, without rows.
//
// The pool is closed and the database dropped when t ends. A connection that the test still holds then fails the test,
// because the pool could not be closed. Safe for parallel tests. Fails t when there is no Postgres.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, URL(t))
}

// Plain is New for a test of what Postgres itself does, like its plans or triggers: the database is plain, also where those of others are spread by
// Citus.
func Plain(t testing.TB) *pgxpool.Pool {
	t.Helper()
	return open(t, PlainURL(t))
}

func open(t testing.TB, address string) *pgxpool.Pool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	pool, err := pgxpool.New(ctx, address)
	if err != nil {
		t.Fatalf("pgtest: open pool: %v", err)
	}
	t.Cleanup(func() { closePool(t, pool) })
	if err := pool.Ping(ctx); err != nil {
		t.Fatalf("pgtest: reach %s: %v", address, err)
	}
	return pool
}

// URL returns the address of a database of its own: fresh, migrated, without rows.
//
// It is for tests that open connections themselves. The database is dropped when t ends, whoever is still connected.
// Safe for parallel tests. Fails t when there is no Postgres.
func URL(t testing.TB) string {
	t.Helper()
	return create(t, false)
}

// PlainURL is to URL what Plain is to New.
func PlainURL(t testing.TB) string {
	t.Helper()
	return create(t, true)
}

func create(t testing.TB, plain bool) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	admin, err := adminURL(ctx)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	template, err := ensureTemplate(ctx, admin, plain)
	if err != nil {
		t.Fatalf("pgtest: template database: %v", err)
	}
	name := "clumpql_test_" + rand.Text()
	if err := execute(ctx, admin, "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template)); err != nil {
		t.Fatalf("pgtest: clone template: %v", err)
	}
	t.Cleanup(func() { dropDatabase(t, admin, name) })
	return withDatabase(admin, name)
}

// closePool closes the pool, which waits for connections that are in use, for a bounded time.
func closePool(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(tearDownTimeout):
		// The drop that follows disconnects them, which also ends the goroutine above once their users notice.
		t.Errorf("pgtest: %d connections were never released", pool.Stat().AcquiredConns())
	}
}

func dropDatabase(t testing.TB, admin, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), tearDownTimeout)
	defer cancel()
	err := execute(ctx, admin, "DROP DATABASE "+quote(name)+" WITH (FORCE)")
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == objectInUse && isCluster() {
		t.Logf("pgtest: database %s stays, for Citus has connected again", name)
		return
	}
	if err != nil {
		t.Errorf("pgtest: drop database: %v", err)
	}
}

const objectInUse = "55006"

// execute runs one statement on a connection of its own. An idle connection kept for this would count against the
// cluster's limit in every test process.
func execute(ctx context.Context, address, statement string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}

// withDatabase returns the address of another database of the same cluster.
func withDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		// adminURL has parsed it before.
		return address
	}
	u.Path = "/" + name
	return u.String()
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
