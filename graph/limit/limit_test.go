package limit

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
)

// loadSchema loads the schema of the API.
func loadSchema(t testing.TB) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("../../schema/*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatalf("no schema: %v", err)
	}
	var sources []*ast.Source
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: file, Input: string(text)})
	}
	s, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func parse(t testing.TB, query string) *ast.QueryDocument {
	t.Helper()
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: query}, MaxTokens)
	if err != nil {
		t.Fatalf("%.200s: %v", query, err)
	}
	return doc
}

func validated(t testing.TB, s *ast.Schema, query string) *ast.QueryDocument {
	t.Helper()
	doc := parse(t, query)
	if errs := validator.ValidateWithRules(s, doc, Rules()); len(errs) > 0 {
		t.Fatalf("%.200s: %v", query, errs)
	}
	return doc
}

// doubling is a query of n fragments, of which each spreads the next twice: 2^n selections when they are written out.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Query { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Query { ledger { lag } }", n)
	return b.String()
}

// doublingDown is the same with fields of a user around each spread, that lead to a user.
func doublingDown(n int, fields ...string) string {
	open, end := strings.Join(fields, " { "), strings.Repeat(" }", len(fields))
	var b strings.Builder
	b.WriteString("{ track(id: 1) { creator { ...F0 } } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on User { a: %s { ...F%d%s b: %s { ...F%d%s }", i, open, i+1, end, open, i+1, end)
	}
	fmt.Fprintf(&b, " fragment F%d on User { name }", n)
	return b.String()
}

// ring is a query of n fragments, of which each spreads the next and the last the first.
func ring(n int) string {
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Query { ledger { lag } ...F%d }", i, (i+1)%n)
	}
	return b.String()
}
