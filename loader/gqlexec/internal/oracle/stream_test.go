package oracle_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/ours"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/stock"
)

func stockSchema() graphql.ExecutableSchema {
	config := stock.Config{Resolvers: &stock.Resolver{}, Directives: stock.DirectiveRoot{
		Shout: oracle.Shout, Guard: oracle.Guard, Replace: oracle.Replace, AtMost: oracle.AtMost,
	}}
	config.Schema = withoutDefer(stock.NewExecutableSchema(config).Schema())
	return stock.NewExecutableSchema(config)
}

// withoutDefer is the schema as ours introspects it.
func withoutDefer(schema *ast.Schema) *ast.Schema {
	without := *schema
	without.Directives = maps.Clone(schema.Directives)
	delete(without.Directives, "defer")
	return &without
}

func oursSchema() graphql.ExecutableSchema { return ours.NewExecutableSchema(oursConfig()) }

// inlineSchema runs directives without goroutines, where that is possible.
func inlineSchema() graphql.ExecutableSchema {
	config := oursConfig()
	config.InlineDirectives = true
	return ours.NewExecutableSchema(config)
}

func oursConfig() ours.Config {
	return ours.Config{Resolvers: ours.NewResolver(), Plans: &loader.Plans{}, Directives: ours.DirectiveRoot{
		Shout: oracle.Shout, Guard: oracle.Guard, Replace: oracle.Replace, AtMost: oracle.AtMost,
	}}
}

// follow returns every answer to a subscription, with its errors as a set.
func follow(t *testing.T, schema graphql.ExecutableSchema, query string, variables map[string]any) (answers []answer) {
	t.Helper()
	e := executor.New(schema)
	e.SetRecoverFunc(func(context.Context, any) error { return errors.New("panic") })
	ctx := graphql.StartOperationTrace(t.Context())
	operation, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if len(errs) > 0 {
		t.Fatalf("%s\n%v", query, errs)
	}
	handler, ctx := e.DispatchOperation(ctx, operation)
	for response := handler(ctx); response != nil; response = handler(ctx) {
		a := answer{Data: string(response.Data)}
		for _, err := range response.Errors {
			a.Errors = append(a.Errors, located(err))
		}
		slices.Sort(a.Errors)
		answers = append(answers, a)
	}
	if again := handler(ctx); again != nil {
		t.Errorf("%s\ngoes on after its end: %s", query, again.Data)
	}
	return answers
}

// underRoot puts the root field before the paths of an event's errors, as the specification does and stock gqlgen does not.
func underRoot(answers []answer, root string) []answer {
	for i := range answers {
		if answers[i].Data == "" {
			continue // it has not begun: the path is right
		}
		for j, e := range answers[i].Errors {
			if !strings.HasPrefix(e, ":") && !strings.HasPrefix(e, "[") {
				e = "." + e
			}
			answers[i].Errors[j] = root + e
		}
	}
	return answers
}

// compareStreams demands the same answers of both executors, one after the other. The root field's key is r.
func compareStreams(t *testing.T, query string, variables map[string]any) {
	t.Helper()
	want := underRoot(follow(t, stockSchema(), query, variables), "r")
	schema := oursSchema()
	for range 2 { // with and without a plan
		got := follow(t, schema, query, variables)
		for i := range got {
			checkLocations(t, query, "", got[i].Errors)
			if i < len(want) {
				want[i] = want[i].sent().withLocationsOf(got[i])
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n%v\nstock, ours:\n%s", query, variables, diff)
		}
	}
}

func TestStreams_Fixed(t *testing.T) {
	for name, query := range map[string]string{
		"Events":               `subscription { r: node(ids: [1, 2, 3]) { id next { number } children { label } } }`,
		"NullEvents":           `subscription { r: node(ids: [1, 6, 2]) { id } }`,
		"ErrorsInEvents":       `subscription { r: node(ids: [1, 9, 10, 8, 14, 2]) { id strictName next { id strictNext { id } } fetchedName(upper: true) } }`,
		"PanicInEvent":         `subscription { r: node(ids: [2, 3, 15, 4]) { explosive next { id } } }`,
		"Leaf":                 `subscription { r: number(ids: [1, 2, 3]) }`,
		"Lists":                `subscription { r: nodes(ids: [0, 3, 4, 5, 6]) { id next { id } } }`,
		"ListsWithErrors":      `subscription { r: nodes(ids: [11, 4], times: 12) { id strictName strictNext { id } } }`,
		"Interface":            `subscription { r: named(ids: [1, 2, 3, 6, 10]) { __typename id peer { id } ... on Node { strictFriend { id } } } }`,
		"Union":                `subscription { r: items(ids: [0, 1, 2, 3]) { __typename ... on Book { label } ... on Point { x } } }`,
		"Fragments":            `subscription { ...A ... on Subscription { r: node(ids: [1]) { label } } } fragment A on Subscription { r: node(ids: [1]) { id } }`,
		"NoEvents":             `subscription { r: number(ids: []) }`,
		"PanicInResolver":      `subscription { r: number(ids: [-1]) }`,
		"ErrorInArgument":      `subscription { r: number(ids: [1], odd: 2) }`,
		"ErrorInArgumentOfRow": `subscription { r: node(ids: [1, 2]) { plusOdd(odd: 2) strictPlusOdd(odd: 4) } }`,
		"TwoKeysOfOneField":    `subscription { r: number(ids: [1]) b: number(ids: [2]) }`,
		"NoField":              `subscription { r: number(ids: [1]) @skip(if: true) }`,
	} {
		t.Run(name, func(t *testing.T) { compareStreams(t, query, nil) })
	}
	t.Run("Variables", func(t *testing.T) {
		const query = `subscription ($ids: [Int!]!, $odd: Odd = 3, $not: Boolean!) { r: number(ids: $ids, odd: $odd) @skip(if: $not) }`
		compareStreams(t, query, map[string]any{"ids": []any{1, 2}, "not": false})
		compareStreams(t, query, map[string]any{"ids": []any{1, 2}, "not": true})
		compareStreams(t, query, map[string]any{"ids": []any{1, 2}, "odd": 4, "not": false})
	})
}

// Where stock gqlgen departs from the specification, ours does not follow: the data itself is null, and its error has a path.
func TestStreams_NullForNonNull(t *testing.T) {
	for query, want := range map[string]string{
		`subscription { r: strictNode(ids: [1, 6, 2]) { id } }`:           `{"r":{"id":"1"}} [], null [r: the requested element is null which the schema does not allow @1:16], {"r":{"id":"2"}} []`,
		`subscription { r: strictNamed(ids: [1, 6, 2]) { id } }`:          `{"r":{"id":"1"}} [], null [r: the requested element is null which the schema does not allow @1:16], {"r":{"id":"2"}} []`,
		`subscription { r: strictNode(ids: [9, 1]) { n: strictName } }`:   `null [r.n: strictly no name for 9 @1:45], {"r":{"n":"label 1"}} []`,
		`subscription { r: strictNode(ids: [8]) { next { strictName } }}`: `{"r":{"next":null}} [r.next.strictName: strictly no name for 9 @1:49]`,
	} {
		var got []string
		for _, a := range follow(t, oursSchema(), query, nil) {
			got = append(got, fmt.Sprint(a.Data, " ", a.Errors))
		}
		if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (want, got):\n%s", query, diff)
		}
	}
}

// TestStreams_Random compares both executors on random selections.
func TestStreams_Random(t *testing.T) {
	for seed := range uint64(500) {
		g := generator{Rand: rand.New(rand.NewPCG(seed, 2))}
		compareStreams(t, g.subscription(), nil)
	}
}

func (g generator) subscription() string {
	field, typ := "node", "Node"
	switch g.IntN(4) {
	case 0:
		field, typ = "named", "Named"
	case 1:
		field, typ = "items", "Item"
	case 2:
		field = "nodes"
	}
	ids := strings.Replace(g.ids(), "[]", "[1]", 1)
	return fmt.Sprintf("subscription { r: %s(ids: %s) %s }", field, ids, g.selection(typ, 3))
}

// What is not deferred is not promised: with stock gqlgen the first query is answered in two parts.
func TestDefer_IsNotValid(t *testing.T) {
	for _, query := range []string{
		`{ node(id: 1) { id ... @defer { number } } }`,
		`{ node(id: 1) { id ...F @defer(if: false) } } fragment F on Node { number }`,
	} {
		e := executor.New(oursSchema())
		_, errs := e.CreateOperationContext(graphql.StartOperationTrace(t.Context()), &graphql.RawParams{Query: query})
		if len(errs) != 1 || errs[0].Message != `Unknown directive "@defer".` || errs[0].Extensions["code"] != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %v", query, errs)
		}
	}
}
