package ledger

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// statements returns every constant of the package that is SQL, by name, as the compiler sees it.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var syntax []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		syntax = append(syntax, file)
	}
	// Imports stay unresolved: constants of strings need none.
	config := types.Config{Error: func(error) {}}
	pkg, _ := config.Check("ledger", files, syntax, nil)
	verb := regexp.MustCompile(`^(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|LISTEN|DECLARE|FETCH|ALTER|DROP|ANALYZE|GRANT)\b`)
	found := map[string]string{}
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if ok && c.Val().Kind() == constant.String && verb.MatchString(constant.StringVal(c.Val())) {
			found[name] = constant.StringVal(c.Val())
		}
	}
	return found
}

// Every statement of the package fits the schema.
func TestStatementsPrepare(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	ctx := testContext(t)
	all := statements(t)
	if len(all) < 40 {
		t.Fatalf("found only %d statements", len(all))
	}
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, sql := range append([]string{createRecomputed, fakeDistribute}, createRebuilt[:]...) {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		for name, sql := range all {
			if name == "createRecomputed" || name == "listen" {
				continue // the one is there already, the other cannot be prepared
			}
			if _, err := tx.Prepare(ctx, name, sql); err != nil {
				t.Errorf("%s: %v\n%s", name, err, sql)
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// The statements stay within what a Citus cluster runs: offsets come from rows and not from sequences, a row is locked
// by its partition alone, a table is changed once in a statement, and time is the transaction's. Transactions are told by statements, but for reads, whose
// message is one: TestPStatesReadInOneMessage. Rebuild's lock is the session's with the node that it is connected to, and guards nothing but one operator
// from another. A cluster refuses the time in what is returned and rows of no columns, and to join a table with one that planning leaves out for a false
// argument; of a union it makes statements of their own, unless that is inside a join by user. It crashes where a column is set to an element of an array.
func TestStatementsStayInSubset(t *testing.T) {
	t.Parallel()
	refused := regexp.MustCompile(`(?i)nextval|\bserial\b|TRIGGER|clock_timestamp|LOCK TABLE|advisory|EXPORT|SNAPSHOT|WITH HOLD|FREEZE`)
	cluster := regexp.MustCompile(`(?i)RETURNING.*\bnow\(|SELECT FROM (depot|progress|funds|lease)|WHERE \$\d+ AND|(?m)^UNION|(SET|,)\s+\w+ = \(\$\d+::\w+\[\]\)\[`)
	lock := regexp.MustCompile(`(?i)FOR (UPDATE|SHARE|NO KEY UPDATE|KEY SHARE)`)
	onePartition := regexp.MustCompile(`WHERE partition = (\$1|0) FOR UPDATE$`)
	twoChanges := regexp.MustCompile(`(?s)ALTER TABLE.*\b(ADD|ALTER|DROP)\b.*\b(ADD|ALTER|DROP)\b`)
	history := regexp.MustCompile(`(FROM|JOIN) (outgoing_transfers|incoming_transfers|deposits)\b`)
	for name, sql := range statements(t) {
		if twoChanges.MatchString(sql) {
			t.Errorf("%s changes a table twice", name)
		}
		if found := refused.FindString(sql); found != "" && name != "lockRebuild" && name != "unlockRebuild" {
			t.Errorf("%s uses %s", name, found)
		}
		if found := cluster.FindString(sql); found != "" && name != "readTransferDecisionsByID" { // what that finds does not change
			t.Errorf("%s has %q", name, found)
		}
		if strings.HasPrefix(sql, "INSERT INTO depot\n") && strings.Contains(sql, "SELECT") && !strings.Contains(sql, "FROM depot_heads") {
			t.Errorf("%s is not run by the node that has the partition", name)
		}
		if read := regexp.MustCompile(`(?s)^SELECT.*\bFROM funds\b`); read.MatchString(sql) && history.MatchString(sql) &&
			history.FindStringIndex(sql)[0] < strings.Index(sql, "FROM funds") {
			t.Errorf("%s reads a history before funds: it and Rebuild could wait for each other in a circle", name)
		}
		if lock.MatchString(sql) && !onePartition.MatchString(sql) {
			t.Errorf("%s locks more than a partition's row", name)
		}
	}
}
