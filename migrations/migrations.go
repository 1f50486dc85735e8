package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"
)

//go:embed *.sql
var files embed.FS

// versionTable is the table in which tern keeps the number of the last file applied.
const versionTable = "public.schema_version"

// Up brings the database to the newest version, and distributes its tables where it is on a Citus cluster. It waits while
// another process does the same. conn must not be in a transaction; its session settings are reset. When ctx ends, conn is
// closed, as pgx does.
func Up(ctx context.Context, conn *pgx.Conn) error {
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := m.LoadMigrations(files); err != nil {
		return fmt.Errorf("migrate: load files: %w", err)
	}

	file := ""
	m.OnStart = func(_ int32, name, _, _ string) { file = name }
	if err := m.Migrate(ctx); err != nil {
		var version migrate.BadVersionError
		if errors.As(err, &version) {
			return fmt.Errorf("migrate: the database is newer than this program: %w", err)
		}
		return fmt.Errorf("migrate %s: %w", file, err)
	}
	return distributeIfCluster(ctx, conn)
}

// Version is the number of the newest migration: that of a database after Up.
func Version() int32 {
	names, err := migrate.FindMigrations(files)
	if err != nil {
		// The files are part of the program, so only a mistake in their numbers gets here, and the first test finds it.
		panic(fmt.Sprintf("migrations: %v", err))
	}
	return int32(len(names))
}
