package ledger

import (
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// explain returns the plan that a connection would keep.
func explain(t *testing.T, pool *pgxpool.Pool, sql string, parameters int) string {
	t.Helper()
	ctx := testContext(t)
	var lines []string
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, readSettings, plannedOnce); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "PREPARE explained AS "+sql); err != nil {
			return err
		}
		arguments := strings.TrimSuffix(strings.Repeat("NULL, ", parameters), ", ")
		rows, _ := tx.Query(ctx, "EXPLAIN EXECUTE explained("+arguments+")", pgx.QueryExecModeExec)
		var err error
		if lines, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "DEALLOCATE explained")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// Invariant: the statements whose plan a connection keeps, maybe from when the tables were empty, look nothing up but by
// segment, user and place in an index, or segment, user and id, and take rows from it in its order. What is listed by id they look up for users with many
// transfers alone.
func TestReadStatements_plannedOnce(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	for name, s := range map[string]struct {
		sql        string
		parameters int
		lookups    int // of histories
		gated      int // parts of it that are for users with long histories alone
	}{
		"outgoing, newest":  {outgoingNewest, 7, 2, 0},
		"outgoing, oldest":  {outgoingOldest, 7, 2, 0},
		"outgoing by id":    {outgoingByID, 9, 5, 2},
		"incoming, newest":  {incomingNewest, 7, 2, 0},
		"incoming, oldest":  {incomingOldest, 7, 2, 0},
		"incoming by id":    {incomingByID, 9, 5, 2},
		"outgoing in range": {countOutgoingRange, 5, 2, 1},
		"incoming in range": {countIncomingRange, 5, 2, 1},
		"outgoing":          {countOutgoing, 2, 1, 0},
		"incoming":          {countIncoming, 2, 1, 0},
		"deposits, newest":  {depositsNewest, 5, 2, 0},
		"balances at":       {readBalancesAt, 3, 3, 0},
		"transfers after":   {readTransfersAfter, 4, 2, 0},
		"funds":             {readFunds, 1, 0, 0},
		"accounts":          {readAccounts, 1, 0, 0},
	} {
		plan := explain(t, pool, s.sql, s.parameters)
		byUser := regexp.MustCompile(`Index Cond: \(user_id = ANY \(\$1\)\)`).FindAllString(plan, -1)
		inOrder := regexp.MustCompile(`Limit .*\n.* Index .*_pkey.*\n`+
			`.*Index Cond: \(\(segment = ANY \(\$\d\)\) AND \((from_|to_)?user_id = f(_1)?\.user_id\) AND \("position" (<|>|<=|>=) `).
			FindAllString(plan, -1)
		first := regexp.MustCompile(`(Limit|Aggregate) .*\n.* Index .*_pkey.*\n`+
			`.*Index Cond: \(\(segment = ANY \(\$\d\)\) AND \(\w+_user_id = f(_1)?\.user_id\)\)`).FindAllString(plan, -1)
		listed := regexp.MustCompile(` Index .*_by_id.*\n`+
			`.*Index Cond: \(\(segment = (s(_1)?\.segment|ANY \(\$4\))\) AND \(\w+_user_id = f\.user_id\) AND \((ROW\(|record_id >?= )`).
			FindAllString(plan, -1)
		gates := regexp.MustCompile(`One-Time Filter: \(f\.transfers >= \$\d\)`).FindAllString(plan, -1)
		scans := len(regexp.MustCompile(` Scan (Backward )?using `).FindAllString(plan, -1))
		lookups := len(inOrder) + len(first) + len(listed)
		if len(byUser) != 1 || lookups != s.lookups || scans != 1+lookups || len(gates) != s.gated {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}
