package importer

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Every statement of the package fits the migrated tables and the temp tables.
func TestStatementsPrepare(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := tx.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	for _, table := range tables {
		if _, err := tx.Exec(t.Context(), table.stageSQL); err != nil {
			t.Fatalf("%s: create the temp table: %v", table.file, err)
		}
		prepare(t, tx, table.duplicateSQL)
		if table.mergeSQL != "" {
			prepare(t, tx, table.knownSQL)
			prepare(t, tx, table.mergeSQL)
		}
	}
	for _, sql := range []string{lockSQL, ledgerChunkSQL} {
		prepare(t, tx, sql)
	}
}

func prepare(t *testing.T, tx pgx.Tx, sql string) {
	t.Helper()
	if _, err := tx.Prepare(t.Context(), sql, sql); err != nil {
		t.Fatalf("prepare %s: %v", sql, err)
	}
}
