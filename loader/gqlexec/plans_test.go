package gqlexec

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// nodes is a schema by hand whose objects are numbers: a node's child is the number after it.
func nodes() *Schema {
	object := &Object[*int]{Name: "Node", Implements: []string{"Node"}}
	child := func(n int) *int { n++; return &n }
	object.Fields = map[string]func(*Column, []*int){
		"n": func(c *Column, rows []*int) {
			Plain(c, func(i int) (int, error) { return *rows[i], nil }, Integers)
		},
		"child": func(c *Column, rows []*int) {
			Plain(c, func(i int) (*int, error) { return child(*rows[i]), nil }, func(c Cells, values []*int) { Objects(c, values, object) })
		},
	}
	return &Schema{
		Parsed: gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { child: Node } type Node { n: Int child: Node }`}),
		Query: &Object[Root]{Name: "Query", Implements: []string{"Query"}, Fields: map[string]func(*Column, []Root){
			"child": func(c *Column, _ []Root) {
				Plain(c, func(int) (*int, error) { return child(-1), nil }, func(c Cells, values []*int) { Objects(c, values, object) })
			},
		}},
	}
}

// cachedExecutor remembers queries, as gqlgen's handler does.
func cachedExecutor(s *Schema) *executor.Executor {
	e := executor.New(s)
	e.SetQueryCache(lru.New[*ast.QueryDocument](2 * maxOperations))
	return e
}

func answerOf(t *testing.T, e *executor.Executor, params graphql.RawParams) string {
	t.Helper()
	ctx := graphql.StartOperationTrace(t.Context())
	operation, errs := e.CreateOperationContext(ctx, &params)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	handler, ctx := e.DispatchOperation(ctx, operation)
	response := handler(ctx)
	if len(response.Errors) > 0 {
		return response.Errors.Error()
	}
	return string(response.Data)
}

// plan is that of the only operation, with its only variant.
func onlyPlan(t *testing.T, s *Schema) *operationPlan {
	t.Helper()
	if len(s.selections.operations) != 1 {
		t.Fatalf("%d operations", len(s.selections.operations))
	}
	operation := s.selections.used.Front().Value.(*plannedOperation)
	if len(operation.variants) != 1 {
		t.Fatalf("%d variants", len(operation.variants))
	}
	for _, plan := range operation.variants {
		return plan
	}
	return nil
}

// What a selection has collected is subtracted from the room of its plan.
func TestPlans_repeatedQueryCollectsNothing(t *testing.T) {
	s := nodes()
	e := cachedExecutor(s)
	query := graphql.RawParams{Query: `{ child { n ...f a: child { n } } } fragment f on Node { child { n __typename } }`}
	const want = `{"child":{"n":0,"child":{"n":1,"__typename":"Node"},"a":{"n":1}}}`
	for range 3 {
		if got := answerOf(t, e, query); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if collected := maxPlannedFields - onlyPlan(t, s).room.Load(); collected != 7 {
			t.Errorf("%d fields were collected, want 7", collected)
		}
	}
}

// Requests for the same operation differ in what their variables skip and include, whichever of them was first.
func TestPlans_conditionsByVariables(t *testing.T) {
	const query = `query ($a: Boolean!, $b: Boolean!) {
		child { n @skip(if: $a) child @include(if: $b) { n ...f @skip(if: $a) ... @include(if: true) { m: n } } ...f }
	} fragment f on Node { k: n @include(if: $b) }`
	want := map[[2]bool]string{
		{false, false}: `{"child":{"n":0}}`,
		{true, false}:  `{"child":{}}`,
		{false, true}:  `{"child":{"n":0,"child":{"n":1,"k":1,"m":1},"k":0}}`,
		{true, true}:   `{"child":{"child":{"n":1,"m":1},"k":0}}`,
	}
	s := nodes()
	e := cachedExecutor(s)
	var requests sync.WaitGroup
	for range 8 {
		requests.Go(func() {
			for range 20 {
				for values, answer := range want {
					params := graphql.RawParams{Query: query, Variables: map[string]any{"a": values[0], "b": values[1]}}
					if got := answerOf(t, e, params); got != answer {
						t.Errorf("%v: %s, want %s", values, got, answer)
					}
				}
			}
		})
	}
	requests.Wait()
	if n := s.selections.used.Len(); n > 8 { // gqlgen may parse a query once for each of those that ask first
		t.Errorf("%d operations", n)
	}
}

func TestPlans_operationsOfADocument(t *testing.T) {
	e := cachedExecutor(nodes())
	const query = `query A { child { n } } query B { child { child { n } } } query C($s: Boolean = true) { child { m: n @skip(if: $s) } }`
	for range 2 {
		for name, want := range map[string]string{"A": `{"child":{"n":0}}`, "B": `{"child":{"child":{"n":1}}}`, "C": `{"child":{}}`} {
			if got := answerOf(t, e, graphql.RawParams{Query: query, OperationName: name}); got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
}

// A condition that is null is an error of every request, and leaves nothing to the next.
func TestPlans_conditionIsNoBoolean(t *testing.T) {
	s := nodes()
	e := cachedExecutor(s)
	params := graphql.RawParams{Query: `query ($a: Boolean = true) { child { n @skip(if: $a) child { n } } }`}
	for range 2 {
		params.Variables = map[string]any{"a": nil}
		if got := answerOf(t, e, params); !strings.Contains(got, "not a boolean") {
			t.Errorf("answer %s", got)
		}
		params.Variables = nil
		if got := answerOf(t, e, params); got != `{"child":{"child":{"n":1}}}` {
			t.Errorf("answer %s", got)
		}
	}
	onlyPlan(t, s)
}

func TestPlans_operationsAreBounded(t *testing.T) {
	s := nodes()
	e := cachedExecutor(s)
	for n := range maxOperations + 50 {
		params := graphql.RawParams{Query: fmt.Sprintf(`{ child { k%d: n } }`, n)}
		if got, want := answerOf(t, e, params), fmt.Sprintf(`{"child":{"k%d":0}}`, n); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		if n == maxOperations-1 { // the first is used once more and stays
			answerOf(t, e, graphql.RawParams{Query: `{ child { k0: n } }`})
		}
	}
	if n := len(s.selections.operations); n != maxOperations || s.selections.used.Len() != n {
		t.Errorf("%d operations in a list of %d", n, s.selections.used.Len())
	}
	keys := make(map[string]bool)
	for operation := range s.selections.operations {
		keys[operation.SelectionSet[0].(*ast.Field).SelectionSet[0].(*ast.Field).Alias] = true
	}
	if !keys["k0"] || keys["k1"] || keys["k49"] || !keys["k51"] {
		t.Error("other operations went than those not used for the longest time")
	}
}

func TestPlans_variantsAndFieldsAreBounded(t *testing.T) {
	var declared, selected strings.Builder
	const conditions, each = 6, 60
	for i := range conditions {
		fmt.Fprintf(&declared, "$v%d: Boolean! ", i)
		fmt.Fprintf(&selected, "... @include(if: $v%d) { ", i)
		for k := range each {
			fmt.Fprintf(&selected, "k%d_%d: n ", i, k)
		}
		selected.WriteString("} ")
	}
	query := "query (" + declared.String() + ") { child { " + selected.String() + "} }"
	s := nodes()
	e := cachedExecutor(s)
	for range 2 {
		for values := range 1 << conditions {
			variables := make(map[string]any)
			fields := 0
			for i := range conditions {
				included := values>>i&1 == 1
				variables[fmt.Sprint("v", i)] = included
				if included {
					fields += each
				}
			}
			if got := answerOf(t, e, graphql.RawParams{Query: query, Variables: variables}); strings.Count(got, ":0") != fields {
				t.Fatalf("%b: %s, want %d fields", values, got, fields)
			}
		}
	}
	operation := s.selections.used.Front().Value.(*plannedOperation)
	if n := len(operation.variants); n != maxVariants {
		t.Errorf("%d variants", n)
	}
	kept := 0
	for _, plan := range operation.variants {
		root := plan.root.Load()
		if root == nil {
			continue
		}
		kept += len(root.fields)
		if below := root.fields[0].selections.Load(); below != nil {
			for _, selection := range *below {
				kept += len(selection.(*selectionPlan[*int]).fields)
			}
		}
	}
	if kept > maxPlannedFields || kept == 0 {
		t.Errorf("%d fields are kept", kept)
	}
}
