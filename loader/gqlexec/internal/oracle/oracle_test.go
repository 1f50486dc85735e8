package oracle_test

import (
	"bytes"
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
	"github.com/vektah/gqlparser/v2/ast"
)

// answer is what an executor answers, with errors as a set, each as located has it.
type answer struct {
	Data   string
	Errors []string
}

// sent is what gqlgen's transports make of stock's answer: there is no space in it. Ours has none at once.
func (a answer) sent() answer {
	var data bytes.Buffer
	if json.Compact(&data, []byte(a.Data)) == nil { // else there is none
		a.Data = data.String()
	}
	return a
}

func ask(
	t *testing.T, schema graphql.ExecutableSchema, query string, variables map[string]any, install ...func(*executor.Executor),
) answer {
	t.Helper()
	return askParams(t, schema, &graphql.RawParams{Query: query, Variables: variables}, install...)
}

func askParams(t *testing.T, schema graphql.ExecutableSchema, params *graphql.RawParams, install ...func(*executor.Executor)) answer {
	t.Helper()
	query := params.Query
	e := executor.New(schema)
	if !strings.Contains(query, "hidden") {
		e.Use(extension.Introspection{})
	}
	e.SetRecoverFunc(func(context.Context, any) error { return errors.New("panic") })
	for _, extend := range install {
		extend(e)
	}
	ctx := graphql.StartOperationTrace(context.Background())
	operation, errs := e.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		t.Fatalf("%s\n%v", query, errs)
	}
	handler, ctx := e.DispatchOperation(ctx, operation)
	response := handler(ctx)
	a := answer{Data: string(response.Data)}
	for _, err := range response.Errors {
		a.Errors = append(a.Errors, located(err))
	}
	slices.Sort(a.Errors)
	if next := handler(ctx); next != nil {
		t.Errorf("%s\nhas a second response", query)
	}
	return a
}

// compare demands the same answer of both executors.
func compare(t *testing.T, query string, variables map[string]any) {
	t.Helper()
	compareWith(t, oursSchema(), query, variables)
}

// compareWith demands gqlgen's answer of a schema, and of it again when it has learned what the query selects and how it fetches.
func compareWith(t *testing.T, schema graphql.ExecutableSchema, query string, variables map[string]any) {
	t.Helper()
	want := ask(t, stockSchema(), query, variables)
	queries := graphql.MapCache[*ast.QueryDocument]{} // selections are known by the parsed operation
	remember := func(e *executor.Executor) { e.SetQueryCache(queries) }
	times := 2
	if strings.HasPrefix(query, "mutation") {
		times = 1 // a second one would count on
	}
	for range times {
		got := ask(t, schema, query, variables, remember)
		checkLocations(t, query, "", got.Errors)
		if diff := cmp.Diff(want.sent().withLocationsOf(got), got); diff != "" {
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
		"TypenameInMutation":      `mutation { __typename a: add(n: 1) { __typename value } }`,
		"MergedAcrossFragments":   `{ node(id: 1) { ...A ...B next { ...A } } } fragment A on Node { next { id ...C } children(first: 2) { id } } fragment B on Node { children(first: 2) { number ...C } next { number } } fragment C on Node { value { x } ... on Node { value { y } } }`,
		"Nested":                  `{ node(id: 1) { children { number children { number maybeChildren { number fetchedName(upper: true) } } } } }`,
		"ErrorsInMany":            `{ nodes(ids: [1, 5, 9, 13]) { risky strictRisky next { risky } } }`,
		"Interface":               `{ named(id: 1) { __typename id label quoted } b: named(id: 3) { __typename label } c: named(id: 2) { __typename quoted(mark: "-") peer { id } } }`,
		"InterfaceNull":           `{ named(id: 6) { id } allNamed(ids: [1, 6, 3, 10, 16]) { id } nilNamed { id } }`,
		"InterfaceErrors":         `{ named(id: 21) { id } a: named(id: 33) { id } b: allNamed(ids: [1, 3, 9, 2]) { ... on Node { strictName } ... on Shelf { title } ... on Book { label } } }`,
		"InterfaceNullInNonNull":  `{ strictNamed(id: 6) { id } named(id: 3) { id } }`,
		"InterfaceNilInNonNull":   `{ node(id: 3) { strictFriend { id } } named(id: 3) { ... on Node { friend { id } } } }`,
		"FragmentsOfFragments":    doubled(60),
		"InterfaceErrorInNonNull": `{ strictNamed(id: 21) { id } }`,
		"InterfacePanic":          `{ a: named(id: 33) { id } named(id: 84) { id } b: named(id: 3) { ... on Node { explosive } } }`,
		"InterfaceNonNullList":    `{ strictAllNamed(ids: [1, 2, 3]) { id } a: strictAllNamed(ids: [1, 6]) { id } }`,
		"InterfaceListsOfLists":   `{ namedGrid { __typename id } strictNamedGrid { __typename quoted } }`,
		"InterfaceOfInterface":    `{ allNamed(ids: [1, 2, 3, 4, 5]) { ... on Titled { title __typename } ... on Named { id } ... on Titled { peer { ... on Titled { title } } } } }`,
		"InterfaceFieldsOfTypes":  `{ named(id: 3) { peer { id ... on Node { number peer { number label } } } } a: named(id: 1) { peer { ... on Node { friend { __typename } } ... on Book { author { number } } } } }`,
		"InterfaceWithoutFields":  `{ allNamed(ids: [1, 2, 3]) { ... on Book { id } } numbered(ids: [1, 2, 3]) { ... on Titled { ... on Book { number } } } }`,
		"InterfaceMethod":         `{ allNamed(ids: [2, 5, 8, 11, 14, 23]) { ... on Shelf { id title peer { __typename title } } } }`,
		"UnrelatedInterface":      `{ numbered(ids: [1, 3]) { number ... on Named { id label } ... on Titled { title } ... on Node { flag } } }`,
		"Union":                   `{ items(ids: [1, 2, 3, 6, 7]) { __typename ... on Point { x y } ... on Node { number } ... on Named { id } ... on Numbered { n: number } } }`,
		"UnionOfValues":           `{ named(id: 4) { ... on Book { parts { ... on Point { x } ... on Book { parts { ... on Node { id } } } } } } }`,
		"UnionListsOfLists":       `{ a: named(id: 7) { ... on Book { strictParts { __typename } } } b: named(id: 1) { ... on Book { strictParts { __typename } } } c: named(id: 13) { ... on Book { strictParts { ... on Node { id } } } } }`,
		"TitledListsOfLists":      `{ a: named(id: 1) { ... on Book { related { title } } } b: named(id: 4) { ... on Book { related { title } } } c: named(id: 7) { ... on Book { related { title ... on Shelf { peer { id } } ... on Book { peer { id } } } } } }`,
		"FragmentsOnInterfaces":   `{ allNamed(ids: [1, 3]) { ...A ...B } } fragment A on Named { id peer { id ...C } } fragment B on Node { peer { number } label id } fragment C on Titled { title }`,
		"KeyOrderOverFragments":   `{ allNamed(ids: [1, 3, 2]) { ... on Book { title } id ... on Node { flag id } ... on Titled { id t: title quoted } quoted ... on Named { label: id } } }`,
		"SkipOnInterface":         `{ allNamed(ids: [1, 3]) { id ... on Node @skip(if: true) { flag } ... on Book @include(if: true) { title @skip(if: false) } ...F @include(if: false) } } fragment F on Named { quoted }`,
		"IntrospectionOfUnion":    `{ __type(name: "Item") { kind possibleTypes { name } } a: __type(name: "Named") { possibleTypes { name } interfaces { name } } b: __type(name: "Titled") { possibleTypes { name } interfaces { name } } }`,
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

// doubled spreads each of n fragments twice in the one before it: followed each time, they would never end.
func doubled(n int) string {
	var b strings.Builder
	b.WriteString(`{ named(id: 1) { ...F0 } }`)
	for i := range n {
		fmt.Fprintf(&b, ` fragment F%d on Named { ...F%d ... on Book { ...F%[2]d } }`, i, i+1)
	}
	fmt.Fprintf(&b, ` fragment F%d on Named { id }`, n)
	return b.String()
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
	two := map[string]any{"a": "x", "b": 1}
	cases := map[string]struct {
		query     string
		variables map[string]any
		want      answer
	}{
		"FailedMarshalerInNonNull": {`{ nodes(ids: [1, 4]) { strictSecret } }`, nil, answer{ // stock: {"strictSecret":null}
			`{"nodes":[{"strictSecret":"secret s"},null]}`, []string{"nodes[1].strictSecret: no secret @1:24"},
		}},
		"SkipIfNull": {`query ($v: Boolean = true) { nodes(ids: [1, 2]) { id @skip(if: $v) } a: node(id: 1) { id } }`, null, answer{ // stock: panics
			`{"nodes":[null,null],"a":{"id":"1"}}`, []string{
				"nodes[0]: cannot be selected from: skip: argument 'if' is not a boolean @1:64",
				"nodes[1]: cannot be selected from: skip: argument 'if' is not a boolean @1:64",
			},
		}},
		"IncludeIfNullInNonNull": {`query ($v: Boolean = true) { node(id: 1) { value { ...F @include(if: $v) } } } fragment F on Point { x }`, null, answer{
			`{"node":null}`, []string{"node.value: cannot be selected from: include: argument 'if' is not a boolean @1:70"},
		}},
		"SkipIfNullInRoot": {`mutation ($v: Boolean = true) { add(n: 1) { value } b: add(n: 1) @skip(if: $v) { value } }`, null, answer{
			`null`, []string{": cannot be selected from: skip: argument 'if' is not a boolean @1:76"},
		}},
		"NullForNonNull": {`query ($v: Int = 1) { node(id: $v) { id } nodes(ids: [$v]) { id } }`, null, answer{ // stock: id 0
			`{"node":null,"nodes":null}`, []string{"node.id: must not be null @1:23", "nodes.ids[0]: must not be null @1:43"},
		}},
		"SelectedOnUnrelatedInterfaces": {`{ numbered(ids: [1]) { __typename number ... on Named { __typename id } ... on Book { number } } items(ids: [1]) { __typename ... on Book { __typename } } }`, nil, answer{ // stock: keys twice
			`{"numbered":[{"__typename":"Book","number":1,"id":"1"}],"items":[{"__typename":"Book"}]}`, nil,
		}},
		"MergedAcrossUnrelatedInterfaces": {`{ items(ids: [3]) { ... on Numbered { ... on Node { value { x } } } ... on Named { ... on Node { value { y } } } } numbered(ids: [1]) { ... on Titled { n: __typename peer { id } } n: __typename ... on Named { peer { ... on Numbered { number } } } } }`, nil, answer{
			`{"items":[{"value":{"x":3,"y":null}}],"numbered":[{"n":"Book","peer":{"id":"3","number":3}}]}`, nil,
		}},
		"ArgumentsOfTheObjectType": {`{ allNamed(ids: [1, 2, 3]) { shout ... on Book { a: shout } } }`, nil, answer{ // stock: the interface's
			`{"allNamed":[{"shout":"title 1 2","a":"title 1 2"},{"shout":"shelf"},{"shout":"label 3 1!"}]}`, nil,
		}},
		"NilPointerInNonNullInterface": {`{ nilNamed { id } strictNilNamed { id } }`, nil, answer{ // stock: no error
			`null`, []string{"strictNilNamed: the requested element is null which the schema does not allow @1:19"},
		}},
		"NoObjectType": {`{ stranger { id } a: named(id: 1) { id } }`, nil, answer{ // stock: panics
			`{"stranger":null,"a":{"id":"1"}}`, []string{"stranger: the Go type oracle.Stranger is none of the object types of Named @1:3"},
		}},
		"OneOfTwoKeys": {`query ($v: OneInput!) { oneOf(input: $v) { a b } }`, map[string]any{"v": two}, answer{ // stock: takes both
			`{"oneOf":null}`, []string{"oneOf.input: must have exactly one key @1:25"},
		}},
		"OneOfNoKey": {`query ($v: OneInput!) { oneOf(input: $v) { a b } }`, map[string]any{"v": map[string]any{}}, answer{
			`{"oneOf":null}`, []string{"oneOf.input: must have exactly one key @1:25"},
		}},
		"OneOfNullKey": {`query ($v: OneInput!) { oneOf(input: $v) { a b } }`, map[string]any{"v": map[string]any{"a": nil}}, answer{
			`{"oneOf":null}`, []string{"oneOf.input.a: must not be null @1:25"},
		}},
		"OneOfInOneOf": {`query ($v: OneInput!) { oneOf(input: {c: $v}) { a b } }`, map[string]any{"v": two}, answer{
			`{"oneOf":null}`, []string{"oneOf.input.c: must have exactly one key @1:25"},
		}},
		"OneOfInList": {`query ($v: [OneInput]) { a: oneOfAll(inputs: $v) { a b } oneOfAll(inputs: [null, {a: "x"}]) { a } }`,
			map[string]any{"v": []any{map[string]any{"b": 1}, nil, two}}, answer{
				`{"a":null,"oneOfAll":[{"a":"x"}]}`, []string{"a.inputs[2]: must have exactly one key @1:26"},
			}},
		"OneOfThatReadsItself": {`query ($v: ReadInput) { a: oneOfAll(read: $v) { a } oneOfAll(read: {a: "x"}) { a } }`, map[string]any{"v": two}, answer{
			`{"a":null,"oneOfAll":[{"a":"x"}]}`, []string{"a.read: must have exactly one key @1:25"},
		}},
		"EnumOfOtherCase": {`query ($v: Size) { sizes(sizes: [], size: $v) }`, map[string]any{"v": "large"}, answer{ // stock: SMALL
			`null`, []string{`sizes.size: has no value "large" @1:20`},
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := ask(t, oursSchema(), c.query, c.variables)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (want, got):\n%s", c.query, diff)
			}
		})
	}
}

// TestAnswers_Random compares both executors on random queries and mutations.
func TestAnswers_Random(t *testing.T) {
	for seed := range uint64(1000) {
		g := generator{Rand: rand.New(rand.NewPCG(seed, 0))}
		compare(t, g.query(), nil)
		compare(t, "mutation "+g.mutation(), nil)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(uint64(0))
	f.Fuzz(func(t *testing.T, seed uint64) {
		g := generator{Rand: rand.New(rand.NewPCG(seed, 1))}
		compare(t, g.query(), nil)
		compare(t, "mutation "+g.mutation(), nil)
		g.compareDocument(t)
	})
}
