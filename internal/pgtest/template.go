package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/migrations"
)

// templateLock is the advisory lock under which a template is made, so that the test processes of a run, which all
// start at once, make one between them. Advisory locks are per database: all take it in the one the admin URL names.
const templateLock = 0x636c756d70716c // "clumpql"

// template is what this process knows of the templates it uses. The mutex guards all fields.
var template struct {
	sync.Mutex
	admin        string
	named, plain string // the same where there is no Citus
}

// ensureTemplate returns the name of the migrated database that tests clone, making it when it is not there. Where the cluster has Citus loaded that
// is a cluster of one node, unless it is to be plain.
func ensureTemplate(ctx context.Context, admin string, plain bool) (string, error) {
	template.Lock()
	defer template.Unlock()
	if template.admin != admin {
		if err := ensureTemplates(ctx, admin); err != nil {
			return "", err
		}
		template.admin = admin
	}
	if plain {
		return template.plain, nil
	}
	return template.named, nil
}

// ensureTemplates is called under the mutex.
func ensureTemplates(ctx context.Context, admin string) error {
	digest, err := migrationsDigest()
	if err != nil {
		return err
	}
	template.plain = "clumpql_template_" + digest
	template.named = template.plain
	if err := makeTemplate(ctx, admin, template.plain, ""); err != nil {
		return err
	}
	citus, err := citusLoaded(ctx, admin)
	if err != nil || !citus {
		return err
	}
	template.named += "_citus"
	return makeTemplate(ctx, admin, template.named, "CREATE EXTENSION citus")
}

// isCluster tells whether Citus spreads the databases of tests, but for plain ones.
func isCluster() bool {
	template.Lock()
	defer template.Unlock()
	return template.named != template.plain
}

func citusLoaded(ctx context.Context, admin string) (loaded bool, err error) {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return false, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = conn.QueryRow(ctx, "SELECT current_setting('citus.shard_count', true) IS NOT NULL").Scan(&loaded)
	return loaded, err
}

// makeTemplate makes the database under another name and renames it when it is complete: one that is there under its
// final name is whole, also when a process was killed half way. A statement may come before the migrations.
func makeTemplate(ctx context.Context, admin, name, before string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) // releases the lock
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(templateLock)); err != nil {
		return err
	}
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil || exists {
		return err
	}
	half := name + "_half"
	if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(half)+" WITH (FORCE)"); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(half)); err != nil {
		return err
	}
	if err := migrate(ctx, withDatabase(admin, half), before); err != nil {
		return err
	}
	// A connection to a template keeps others from cloning it. Citus has one to each of its databases.
	if _, err := conn.Exec(ctx, "ALTER DATABASE "+quote(half)+" WITH ALLOW_CONNECTIONS false"); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", half); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(half)+" RENAME TO "+quote(name))
	return err
}

func migrate(ctx context.Context, address, before string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, before); err != nil {
		return err
	}
	return migrations.Up(ctx, conn)
}

// migrationsDigest is a digest over the files of the migrations folder, Go and SQL. It is read from the checkout, not from
// what the test binary embeds, so that Go code that takes part in migrating counts too.
func migrationsDigest() (string, error) {
	root, err := checkout()
	if err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(root, "migrations", "*"))
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n", filepath.Base(file), len(content))
		sum.Write(content)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8]), nil
}
