package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/internal/pgtest"
)

// TestMain lets the test's program run itself as a contender's server.
func TestMain(m *testing.M) {
	if name, asked := process.Asked(); asked {
		if err := runServer(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// All contenders answer the same, also under load, and clumpql with the fewest statements.
func TestMeasure_sameAnswersAndFewestStatements(t *testing.T) {
	database := pgtest.URL(t)
	pool, err := pgxpool.New(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := fill(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	chosen := slices.DeleteFunc(contenders(), func(c contender) bool { return c.window > 0 && c.window != usualWindow })
	servers, stop, err := startAll(t.Context(), database, chosen)
	defer stop()
	if err != nil {
		t.Fatal(err)
	}
	p := plan{queries: queries, connections: []int{1, 4}, rounds: 1, duration: time.Millisecond, limit: time.Second}
	all, err := measure(t.Context(), p, servers, pool, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	report(t.Output(), p, all)
	reportAccounts(t.Output(), p, all)
	if err := reportFloors(t.Context(), t.Output(), p, all, pool); err != nil {
		t.Fatal(err)
	}
	for _, q := range queries {
		outcomes := all[cell{q.name, 4}]
		for _, name := range []string{own, handwritten} {
			if o := of(outcomes, isLibrary(name))[0]; o.least != float64(q.least) || o.most != o.least {
				t.Errorf("%s, query %s: %g to %g statements a request, want %d", name, q.name, o.least, o.most, q.least)
			}
		}
	}
}

func TestSameAnswer(t *testing.T) {
	const right = `{"data":{"user":{"id":"1","name":"é"}}}`
	for answer, same := range map[string]bool{
		right: true,
		`{"data": {"user": {"name": "\u00e9", "id": "1"}}}`:                 true,
		`{"data":{"user":{"id":"2","name":"é"}}}`:                           false,
		`{"data":{"user":{"id":"1","name":"é"}},"errors":[{"message":""}]}`: false,
		`{"data":{}}`: false,
		`{"data":`:    false,
	} {
		a, b := &load{want: [][]byte{[]byte(right)}}, &load{want: [][]byte{[]byte(answer)}}
		if err := sameAnswer(a, b, 0); (err == nil) != same {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

// The rivals' schema is a part of clumpql's: the same fields with the same arguments and types.
func TestSchema_partOfClumpqls(t *testing.T) {
	rivals, ours := readSchema(t, "stock/*.graphqls"), readSchema(t, "../../schema/*.graphqls")
	for name, theirs := range rivals.Types {
		if strings.HasPrefix(name, "__") {
			continue
		}
		full := ours.Types[name]
		if full == nil || full.Kind != theirs.Kind {
			t.Errorf("%s is another or none in clumpql", name)
			continue
		}
		for _, field := range theirs.Fields {
			if got, want := declaration(field), declaration(full.Fields.ForName(field.Name)); got != want {
				t.Errorf("%s.%s, in clumpql %s", name, got, want)
			}
		}
	}
}

func declaration(field *ast.FieldDefinition) string {
	if field == nil {
		return "none"
	}
	text := field.Name
	for _, a := range field.Arguments {
		text += fmt.Sprintf(" (%s: %s = %v)", a.Name, a.Type, a.DefaultValue)
	}
	return text + ": " + field.Type.String()
}

func readSchema(t *testing.T, pattern string) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var sources []*ast.Source
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: file, Input: string(text)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
