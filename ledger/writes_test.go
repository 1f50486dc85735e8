package ledger

import (
	"strings"
	"testing"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// Invariant: what is written in bulk goes into its table as it is unnested. Where a column is left out, or two change places, each row is copied first.
func TestWriteStatements(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	for name, s := range map[string]struct {
		sql        string
		parameters int
	}{
		"outgoing": {writeOutgoing, 11},
		"incoming": {writeIncoming, 12},
		"deposits": {writeDeposits, 9},
		"appended": {insertRecords, 8},
		"fresh":    {insertFresh, 8},
		"decided":  {insertDecided, 8},
	} {
		plan := explain(t, pool, s.sql, s.parameters)
		if !strings.Contains(plan, "->  ProjectSet") || strings.Contains(plan, "Subquery Scan") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}

// Invariant: the accounts of a microbatch are looked up by their key, each once, also by a plan that was made while there was one account.
func TestWriteFundsPlan(t *testing.T) {
	t.Parallel()
	pool := pgtest.Plain(t)
	mustExec(t, pool, "INSERT INTO funds VALUES (1, 5); ANALYZE funds")
	plan := explain(t, pool, writeFunds, 5)
	if strings.Count(plan, "->") != 1 || !strings.Contains(plan, "Index Cond: (user_id = ANY ($1))") {
		t.Errorf("the plan is\n%s", plan)
	}
}
