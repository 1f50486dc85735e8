package ledger

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: the rows that a single record changes are looked up by an index, by a plan that a connection soon keeps, also where it made one while the
// tables had next to nothing in them.
func TestImmediateRecordSettings(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	mustExec(t, pool, "INSERT INTO funds VALUES (1, 5), (2, 5); ANALYZE funds, depot_heads, progress")
	for name, s := range map[string]struct{ sql, arguments string }{
		"one account":  {writeAccount, "1, 5, 0, 5, 0"},
		"two accounts": {writeAccounts, "1, 5, 0, 5, 0, 2, 5, 0, 5, 0"},
		"head":         {takeNextOffsets, "0, 0"},
		"progress":     {advanceProgress, "0, 0, 0, 0"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := testContext(t)
			tx, err := pool.Begin(ctx)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
			execute := "EXECUTE written (" + s.arguments + ")"
			few := strings.Repeat(execute+";", 10)
			const grow = `INSERT INTO funds SELECT n, 5 FROM generate_series(3, 10000) n; ANALYZE funds`
			for _, sql := range []string{immediateRecordSettings, "PREPARE written AS " + s.sql, few, grow, few} {
				if _, err := tx.Exec(ctx, sql, pgx.QueryExecModeSimpleProtocol); err != nil {
					t.Fatal(err)
				}
			}
			rows, _ := tx.Query(ctx, "EXPLAIN "+execute, pgx.QueryExecModeSimpleProtocol)
			plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil || len(plan) != 3 || !strings.Contains(plan[1], "Index Scan using ") {
				t.Errorf("%v, and the plan is\n%s", err, strings.Join(plan, "\n"))
			}
			const made = `SELECT custom_plans FROM pg_prepared_statements WHERE name = 'written'`
			var plans int
			if err := tx.QueryRow(ctx, made).Scan(&plans); err != nil || plans >= 10 {
				t.Errorf("%d plans were made and thrown away, %v", plans, err)
			}
			if _, err := tx.Exec(ctx, "DEALLOCATE written"); err != nil {
				t.Fatal(err)
			}
		})
	}
}
