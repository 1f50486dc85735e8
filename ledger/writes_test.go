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
