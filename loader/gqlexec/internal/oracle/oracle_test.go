package oracle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/ours"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/stock"
)

// answer is what an executor answers, with errors as a set.
type answer struct {
	Data   string
	Errors []string
}

func ask(t *testing.T, schema graphql.ExecutableSchema, query string, variables map[string]any) answer {
	t.Helper()
	e := executor.New(schema)
	if !strings.Contains(query, "hidden") {
		e.Use(extension.Introspection{})
	}
	e.SetRecoverFunc(func(context.Context, any) error { return errors.New("panic") })
	ctx := graphql.StartOperationTrace(context.Background())
	operation, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if len(errs) > 0 {
		t.Fatalf("%s\n%v", query, errs)
	}
	handler, ctx := e.DispatchOperation(ctx, operation)
	response := handler(ctx)
	a := answer{Data: string(response.Data)}
	for _, err := range response.Errors {
		a.Errors = append(a.Errors, fmt.Sprintf("%s: %s", err.Path, err.Message))
	}
	slices.Sort(a.Errors)
	if next := handler(ctx); next != nil {
		t.Errorf("%s\nhas a second response", query)
	}
	return a
}

// compare demands the same answer of both executors, and of ours again when it has learned how the query fetches.
func compare(t *testing.T, query string, variables map[string]any) {
	t.Helper()
	want := ask(t, stock.NewExecutableSchema(stock.Config{Resolvers: &stock.Resolver{}}), query, variables)
	schema := ours.NewExecutableSchema(ours.Config{Resolvers: ours.NewResolver(), Plans: &loader.Plans{}})
	times := 2
	if strings.HasPrefix(query, "mutation") {
		times = 1 // a second one would count on
	}
	for range times {
		got := ask(t, schema, query, variables)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n%v\nstock, ours:\n%s", query, variables, diff)
		}
	}
}

func TestAnswers_Fixed(t *testing.T) {
	cases := map[string]string{
		"PlainFields":             `{ node(id: 1) { id number name label weight flag mood maybeMood odd tags maybeTags table } }`,
		"Typename":                `{ __typename node(id: 1) { __typename value { __typename x } } }`,
		"UndefinedIsNull":         `{ node(id: 6) { id } }`,
		"UndefinedInNonNull":      `{ strictNode(id: 6) { id } a: node(id: 1) { id } }`,
		"ErrorInNullable":         `{ node(id: 10) { id } a: node(id: 1) { id } }`,
		"ErrorInNonNull":          `{ strictNode(id: 10) { id } }`,
		"PanicInFetch":            `{ node(id: 16) { id } }`,
		"PanicInMethod":           `{ nodes(ids: [2, 3, 7]) { explosive } }`,
		"NullInListOfNullable":    `{ nodes(ids: [1, 6, 2]) { id } }`,
		"NullInListOfNonNull":     `{ strictNodes(ids: [1, 6, 2]) { id } }`,
		"NonNullFieldInList":      `{ nodes(ids: [1, 9, 2]) { id strictName } }`,
		"NonNullPropagatesUp":     `{ node(id: 1) { strictNext { strictNext { strictRisky strictNext { id } } } } }`,
		"ListsOfLists":            `{ grid(rows: 3, columns: 4) { number } strictGrid(rows: 2) { number } node(id: 5) { neighbours { number } table } }`,
		"ListsOfListsWithNull":    `{ strictGrid(rows: 4) { number } }`,
		"EmptyLists":              `{ nodes(ids: []) { id } strictNodes(ids: []) { id } grid(rows: 0) { id } node(id: 4) { tags } }`,
		"Aliases":                 `{ a: node(id: 1) { x: id y: id } b: node(id: 2) { x: number } }`,
		"MergedFields":            `{ node(id: 1) { value { x } value { y } next { id } next { number } } node(id: 1) { label } }`,
		"Fragments":               `{ node(id: 1) { ...F ... on Node { label } ... { flag } } } fragment F on Node { id next { ...G } } fragment G on Node { number }`,
		"SkipAndInclude":          `query ($t: Boolean = true) { node(id: 1) { id @skip(if: $t) number @include(if: $t) ... @include(if: false) { name } } }`,
		"AllSkipped":              `{ node(id: 1) { id @skip(if: true) } nodes(ids: [1, 2]) { id @skip(if: true) } }`,
		"DefaultArguments":        `{ node(id: 1) { prefixed a: prefixed(prefix: ">") b: prefixed(prefix: null) c: prefixed(times: 3) } }`,
		"InputDefaults":           `{ echo(input: {}) a: echo(input: {text: "x", times: null, mood: ANGRY, tags: ["a", "b"], inner: {odd: 3}}) }`,
		"InputListCoercion":       `{ echo(input: {tags: "one"}) echoAll(inputs: {text: "x"}) }`,
		"InputNullAndMissing":     `{ echoAll a: echoAll(inputs: null) b: echoAll(inputs: [{text: "x"}, {text: ""}], mood: null) }`,
		"InputScalarError":        `{ echo(input: {inner: {odd: 2}}) a: echoAll(inputs: [{inner: {odd: 3}}, {inner: {odd: 4}}]) }`,
		"ResolverErrorInNonNull":  `{ echo(input: {text: "fail"}) }`,
		"SerialMutations":         `mutation { add(n: 1) { value now } b: add(n: 2) { value now } c: addOrFail(n: 3) { now value } }`,
		"MutationErrorGoesOn":     `mutation { a: addOrFail(n: -1) { value } b: add(n: 2) { value } c: addOrFail(n: 13) { value } }`,
		"MutationNonNullError":    `mutation { a: mustAdd(n: -1) { value } b: add(n: 2) { value } }`,
		"ContextMarshaler":        `{ nodes(ids: [0, 1, 4]) { secret } }`,
		"ArgumentErrorOfEachRow":  `{ nodes(ids: [1, 2, 3]) { plusOdd(odd: 2) a: plusOdd(odd: 3) } a: nodes(ids: [1, 2]) { next { strictPlusOdd(odd: 4) } } }`,
		"ArgumentErrorInLists":    `{ node(id: 5) { neighbours { strictPlusOdd(odd: 2) } } }`,
		"Enums":                   `{ sizes(sizes: SMALL) a: sizes(sizes: [LARGE, SMALL], size: null) b: sizes(sizes: [], size: SMALL) }`,
		"DeferIsAnsweredAtOnce":   `{ node(id: 1) { id ... @defer(if: false) { number } } }`,
		"TypenameInMutation":      `mutation { __typename a: add(n: 1) { __typename value } }`,
		"MergedAcrossFragments":   `{ node(id: 1) { ...A ...B next { ...A } } } fragment A on Node { next { id ...C } children(first: 2) { id } } fragment B on Node { children(first: 2) { number ...C } next { number } } fragment C on Node { value { x } ... on Node { value { y } } }`,
		"Nested":                  `{ node(id: 1) { children { number children { number maybeChildren { number fetchedName(upper: true) } } } } }`,
		"ErrorsInMany":            `{ nodes(ids: [1, 5, 9, 13]) { risky strictRisky next { risky } } }`,
		"IntrospectionOfType":     `{ __type(name: "Node") { kind name fields { name args { name defaultValue type { kind ofType { name } } } type { kind name ofType { kind name } } } } }`,
		"IntrospectionOfEnum":     `{ __type(name: "Mood") { enumValues { name } all: enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } } }`,
		"IntrospectionOfNoType":   `{ __type(name: "Nothing") { name } }`,
		"IntrospectionWholeQuery": introspection.Query,
		"IntrospectionDisabled":   `{ hidden: __schema { description } t: __type(name: "Node") { name } node(id: 1) { id } }`,
	}
	for name, query := range cases {
		t.Run(name, func(t *testing.T) { compare(t, query, nil) })
	}
}

func TestAnswers_Variables(t *testing.T) {
	const query = `query ($id: Int!, $in: EchoInput!, $upper: Boolean = false, $rows: Int) {
		node(id: $id) { fetchedName(upper: $upper) } echo(input: $in) grid(rows: $rows) { id }
	}`
	for _, variables := range []string{
		`{"id": 1, "in": {}}`,
		`{"id": 1, "in": {"text": "x", "inner": {"odd": 5, "flag": null}}, "upper": true, "rows": 1}`,
		`{"id": 1, "in": {"inner": {"odd": 6}}, "rows": null}`,
	} {
		var v map[string]any
		if err := json.Unmarshal([]byte(variables), &v); err != nil {
			t.Fatal(err)
		}
		compare(t, query, v)
	}
}

// Where stock gqlgen departs from the specification, ours does not follow.
func TestAnswers_WhereStockIsWrong(t *testing.T) {
	null := map[string]any{"v": nil}
	cases := map[string]struct {
		query     string
		variables map[string]any
		want      answer
	}{
		"FailedMarshalerInNonNull": {`{ nodes(ids: [1, 4]) { strictSecret } }`, nil, answer{ // stock: {"strictSecret":null}
			`{"nodes":[{"strictSecret":"secret s"},null]}`, []string{"nodes[1].strictSecret: no secret"},
		}},
		"SkipIfNull": {`query ($v: Boolean = true) { nodes(ids: [1, 2]) { id @skip(if: $v) } a: node(id: 1) { id } }`, null, answer{ // stock: panics
			`{"nodes":[null,null],"a":{"id":"1"}}`, []string{
				"nodes[0]: cannot be selected from: skip: argument 'if' is not a boolean",
				"nodes[1]: cannot be selected from: skip: argument 'if' is not a boolean",
			},
		}},
		"IncludeIfNullInNonNull": {`query ($v: Boolean = true) { node(id: 1) { value { ...F @include(if: $v) } } } fragment F on Point { x }`, null, answer{
			`{"node":null}`, []string{"node.value: cannot be selected from: include: argument 'if' is not a boolean"},
		}},
		"SkipIfNullInRoot": {`mutation ($v: Boolean = true) { add(n: 1) { value } b: add(n: 1) @skip(if: $v) { value } }`, null, answer{
			`null`, []string{": cannot be selected from: skip: argument 'if' is not a boolean"},
		}},
		"NullForNonNull": {`query ($v: Int = 1) { node(id: $v) { id } nodes(ids: [$v]) { id } }`, null, answer{ // stock: id 0
			`{"node":null,"nodes":null}`, []string{"node.id: must not be null", "nodes.ids[0]: must not be null"},
		}},
		"EnumOfOtherCase": {`query ($v: Size) { sizes(sizes: [], size: $v) }`, map[string]any{"v": "large"}, answer{ // stock: SMALL
			`null`, []string{`sizes.size: has no value "large"`},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := ask(t, ours.NewExecutableSchema(ours.Config{Resolvers: ours.NewResolver()}), c.query, c.variables)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (want, got):\n%s", c.query, diff)
			}
		})
	}
}

// TestAnswers_Random compares both executors on random queries.
func TestAnswers_Random(t *testing.T) {
	for seed := range uint64(1500) {
		g := generator{rand.New(rand.NewPCG(seed, 0))}
		compare(t, g.query(), nil)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(uint64(0))
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		compare(t, g.query(), nil)
	})
}

// generator makes random valid queries. Fields of the same name have the same arguments, or an alias of their own, so
// that they merge.
type generator struct{ *rand.Rand }

func (g generator) query() string {
	roots := []func() string{
		func() string { return fmt.Sprintf("node(id: %d) %s", g.IntN(40), g.node(4)) },
		func() string { return fmt.Sprintf("strictNode(id: %d) %s", g.IntN(6), g.node(4)) },
		func() string { return fmt.Sprintf("nodes(ids: %s) %s", g.ids(), g.node(3)) },
		func() string { return fmt.Sprintf("strictNodes(ids: %s) %s", g.ids(), g.node(3)) },
		func() string {
			return fmt.Sprintf("grid(rows: %d, columns: %d) %s", g.IntN(3), g.IntN(4), g.node(2))
		},
		func() string { return fmt.Sprintf("strictGrid(rows: %d) %s", g.IntN(3), g.node(2)) },
	}
	var b strings.Builder
	b.WriteString("{")
	for i := range 1 + g.IntN(3) {
		fmt.Fprintf(&b, " r%d: %s", i, roots[g.IntN(len(roots))]())
	}
	b.WriteString(" }")
	return b.String()
}

func (g generator) ids() string {
	ids := make([]int, g.IntN(5))
	for i := range ids {
		ids[i] = g.IntN(40)
	}
	return strings.ReplaceAll(fmt.Sprint(ids), " ", ", ")
}

var leaves = strings.Fields("__typename id number name label weight flag mood maybeMood odd secret tags maybeTags table plusOdd(odd:1) " +
	"risky strictRisky explosive strictName prefixed(prefix:\"-\",times:2) fetchedName(upper:true)")

var branches = strings.Fields("self next strictNext children maybeChildren neighbours")

// node is a selection of Node, at most depth levels deep.
func (g generator) node(depth int) string {
	var b strings.Builder
	b.WriteString("{ ")
	for range 1 + g.IntN(4) {
		switch n := g.IntN(10); {
		case n < 2 && depth > 0:
			fmt.Fprintf(&b, "... on Node %s ", g.node(depth-1))
		case n < 6 && depth > 0:
			fmt.Fprintf(&b, "%s%s %s ", branches[g.IntN(len(branches))], g.directive(), g.node(depth-1))
		case n == 6:
			b.WriteString([]string{"value { x y } ", "points { y } ", "maybePoint { x } "}[g.IntN(3)])
		default:
			fmt.Fprintf(&b, "%s%s ", leaves[g.IntN(len(leaves))], g.directive())
		}
	}
	b.WriteString("}")
	return b.String()
}

func (g generator) directive() string {
	switch g.IntN(12) {
	case 0:
		return " @skip(if: true)"
	case 1:
		return " @include(if: true)"
	}
	return ""
}
