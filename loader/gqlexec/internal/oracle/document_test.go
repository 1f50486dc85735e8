package oracle_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/ours"
)

// document collects the named fragments of a random document.
type document struct{ fragments []string }

// fragment is one on a type, in a document at times a named one, which then has the spread's directive.
func (g generator) fragment(on, selection string) string {
	if g.document == nil || g.IntN(2) == 0 {
		return fmt.Sprintf("... on %s%s %s ", on, g.directive(), selection)
	}
	n := len(g.document.fragments)
	g.document.fragments = append(g.document.fragments, fmt.Sprintf("fragment F%d on %s %s", n, on, selection))
	if n > 0 && g.IntN(4) == 0 {
		return fmt.Sprintf("...F%d%s ...F%[1]d ", n, g.directive()) // twice: once it must be skipped to count twice
	}
	return fmt.Sprintf("...F%d%s ", n, g.directive())
}

// documents has two queries with the same variables, of every type that inputs have, and a mutation with some of them.
func (g generator) documents() (query string, variables map[string]any) {
	g.document = &document{}
	const declared = "($t: Boolean!, $f: Boolean = false, $id: Int = 3, $in: EchoInput!, $ins: [EchoInput!], $mood: Mood)"
	const used = ` t: __typename @skip(if: $t) f: node(id: 1) @include(if: $f) { odd } n: node(id: $id) { number } e: echo(input: $in)` +
		` m: echoAll(inputs: $ins, mood: $mood) i: echoAll(inputs: [$in, {times: null}]) }`
	var b strings.Builder
	for _, name := range []string{"A", "B"} {
		b.WriteString("query " + name + " " + declared + strings.TrimSuffix(g.query(), "}") + used + "\n")
	}
	b.WriteString("mutation C ($t: Boolean!, $f: Boolean = false, $id: Int = 3) " + strings.TrimSuffix(g.mutation(), "}") +
		" t: __typename @skip(if: $t) f: add(n: 1) @include(if: $f) { now } n: checkedAdd(n: $id) { value } }\n")
	b.WriteString(strings.Join(g.document.fragments, "\n"))
	variables = map[string]any{"t": g.IntN(2) == 0, "in": g.input()}
	if g.IntN(2) == 0 {
		variables["f"] = true
	}
	if g.IntN(2) == 0 {
		variables["id"] = g.IntN(40)
	}
	if g.IntN(2) == 0 {
		variables["mood"] = []any{"ANGRY", nil}[g.IntN(2)]
	}
	switch g.IntN(3) {
	case 0:
		variables["ins"] = g.input() // a list of one
	case 1:
		variables["ins"] = []any{g.input(), g.input()}
	}
	return b.String(), variables
}

// input is a random EchoInput. An odd that is even is an error, as is the text "fail".
func (g generator) input() map[string]any {
	in := map[string]any{"inner": map[string]any{}}
	for name, values := range map[string][]any{
		"text": {"text", "", "other", "fail"}, "times": {nil, 7}, "mood": {"CALM", nil}, "tags": {nil, "one", []any{"a", "b"}},
	} {
		if v := g.IntN(2 * len(values)); v < len(values) {
			in[name] = values[v]
		}
	}
	if v := g.IntN(8); v < 4 {
		in["inner"] = map[string]any{"odd": []any{nil, 3, 5, 4}[v]}
	}
	return in
}

// compareDocument compares both executors on all operations of a random document, which ours keeps between them.
func (g generator) compareDocument(t *testing.T) {
	t.Helper()
	query, variables := g.documents()
	theirs, schema := stockSchema(), oursSchema()
	for _, operation := range []string{"A", "B", "A", "C", "C"} {
		params := func() *graphql.RawParams {
			return &graphql.RawParams{Query: query, OperationName: operation, Variables: maps.Clone(variables)}
		}
		want, got := askParams(t, theirs, params()), askParams(t, schema, params())
		checkLocations(t, query, operation, got.Errors)
		if diff := cmp.Diff(want.sent().withLocationsOf(got), got); diff != "" {
			t.Fatalf("%s\n%s %v\nstock, ours:\n%s", query, operation, variables, diff)
		}
	}
}

// Several operations in a document, named fragments on all types, directives and inputs by variables.
func TestAnswers_RandomDocuments(t *testing.T) {
	for seed := range uint64(120) {
		generator{Rand: rand.New(rand.NewPCG(seed, 3))}.compareDocument(t)
	}
}

// A request may end at any moment, here before each of its columns: then the answer has no data, or it is complete, and every goroutine
// ends, for which the bubble waits.
func TestAnswers_CancelledAtAnyMoment(t *testing.T) {
	for seed := range uint64(40) {
		g := generator{Rand: rand.New(rand.NewPCG(seed, 4))}
		query := fmt.Sprintf("{ directed(ids: %s) %s ", g.ids(), g.selection("Directed", 3)) + strings.TrimPrefix(g.query(), "{")
		complete := cancelledAt(t, query, -1)
		for at := 0; ; at += 1 + g.IntN(5) {
			got := cancelledAt(t, query, at)
			if !slices.Contains(got.Errors, ": context canceled") { // nothing was left to wait for
				if diff := cmp.Diff(complete, got); diff != "" {
					t.Errorf("%s\ncancelled before column %d (complete, got):\n%s", query, at, diff)
				}
				break
			}
			if got.Data != "null" {
				t.Fatalf("%s\ncancelled before column %d: %s", query, at, got.Data)
			}
		}
	}
}

// cancelledAt is the answer to a query whose context ends before its n-th column is executed.
func cancelledAt(t *testing.T, query string, n int) (got answer) {
	synctest.Test(t, func(t *testing.T) {
		var cancel context.CancelFunc
		columns := 0
		schema := ours.NewExecutableSchema(ours.Config{
			Resolvers: ours.NewResolver(), Plans: &loader.Plans{},
			Directives: ours.DirectiveRoot{Shout: oracle.Shout, Guard: oracle.Guard, Replace: oracle.Replace, AtMost: oracle.AtMost},
			AroundColumn: func(ctx context.Context, _ gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
				if columns == n {
					cancel()
				}
				columns++
				next(ctx)
			},
		})
		got = askParams(t, schema, &graphql.RawParams{Query: query}, func(e *executor.Executor) {
			e.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
				ctx, cancel = context.WithCancel(ctx)
				return next(ctx)
			})
		})
		cancel()
	})
	return got
}
