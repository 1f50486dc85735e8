package pgtest

import (
	"context"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/migrations"
)

// Every test has its own database: what one does, no other one sees, also at the same time.
func TestNew_isolated(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		pool := New(t)
		group.Go(func() {
			if _, err := pool.Exec(t.Context(), "CREATE TABLE mine (id int)"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestNew_migrated(t *testing.T) {
	pool := New(t)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	const tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
	var before, after int
	if err := conn.QueryRow(t.Context(), tables).Scan(&before); err != nil {
		t.Fatal(err)
	}
	// Migrating again finds nothing to do.
	if err := migrations.Up(t.Context(), conn.Conn()); err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), tables).Scan(&after); err != nil {
		t.Fatal(err)
	}
	if before == 0 || before != after {
		t.Errorf("%d tables, %d after migrating again", before, after)
	}
}

func TestNew_droppedAtTheEnd(t *testing.T) {
	var names []string
	t.Run("inner", func(t *testing.T) {
		names = append(names, New(t).Config().ConnConfig.Database)
		address := URL(t)
		// A connection that is left open does not keep the database.
		if _, err := pgx.Connect(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		names = append(names, databaseOf(t, address))
	})
	for _, name := range names {
		if exists(t, name) {
			t.Errorf("database %s is still there", name)
		}
	}
}

// The test processes of a run all start at once; a template that a killed one left half made is in nobody's way.
func TestMakeTemplate_concurrent(t *testing.T) {
	ctx := t.Context()
	admin, err := adminURL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	name := databaseOf(t, URL(t)) + "_template"
	if err := execute(ctx, admin, "CREATE DATABASE "+quote(name+"_half")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dropDatabase(t, admin, name) })
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := makeTemplate(ctx, admin, name, ""); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if !exists(t, name) || exists(t, name+"_half") {
		t.Error("want the whole template and not the half one")
	}
}

func TestMigrationsDigest_inCheckout(t *testing.T) {
	here, err := migrationsDigest()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("run")
	below, err := migrationsDigest()
	if err != nil || here != below {
		t.Errorf("%s here, %s in another package: %v", here, below, err)
	}
	t.Chdir(t.TempDir())
	if _, err := migrationsDigest(); err == nil {
		t.Error("a digest outside of the checkout")
	}
}

// Without the variable a process has a cluster of its own.
func TestAdminURL_privateCluster(t *testing.T) {
	t.Setenv(Env, "")
	pool := New(t)
	var fsync, user string
	err := pool.QueryRow(t.Context(), "SELECT current_setting('fsync'), current_user").Scan(&fsync, &user)
	if err != nil || fsync != "off" || user != "clumpql" {
		t.Errorf("fsync %q, user %q, %v", fsync, user, err)
	}
}

func databaseOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Path[1:]
}

func exists(t *testing.T, database string) bool {
	t.Helper()
	admin, err := adminURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var found bool
	err = conn.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&found)
	if err != nil {
		t.Fatal(err)
	}
	return found
}
