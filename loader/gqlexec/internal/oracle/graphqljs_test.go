package oracle_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The cases of graphql-js' executor on nullability, lists, directives, abstract types and merging, under their names, on the schema of
// this package.
func TestGraphQLJS(t *testing.T) {
	cases := map[string]struct {
		query  string
		data   string
		errors []string
	}{
		"nonnull/nulls a nullable field/that returns null": {`{ node(id: 6) { id } }`, `{"node":null}`, nil},
		"nonnull/nulls a nullable field/that throws": {
			`{ node(id: 10) { id } }`, `{"node":null}`, []string{"node: no access to node 10 @1:3"}},
		"nonnull/nulls a returned object that contains a non-nullable field/that throws": {
			`{ node(id: 1) { strictRisky } }`, `{"node":null}`, []string{"node.strictRisky: strictly risky 1 @1:17"}},
		"nonnull/nulls the first nullable object after a field in a long chain of non-null fields/that throws": {
			`{ a: node(id: 1) { id } node(id: 1) { self { self { self { strictRisky } } } } }`, `{"a":{"id":"1"},"node":null}`,
			[]string{"node.self.self.self.strictRisky: strictly risky 1 @1:60"}},
		"nonnull/nulls the top level if non-nullable field/that returns null": {`{ strictNode(id: 6) { id } a: node(id: 1) { id } }`, `null`,
			[]string{"strictNode: the requested element is null which the schema does not allow @1:3"}},
		"nonnull/nulls the top level if non-nullable field/that throws": {
			`{ strictNode(id: 10) { id } a: node(id: 1) { id } }`, `null`, []string{"strictNode: no access to node 10 @1:3"}},
		"nonnull/Handles non-null argument/succeeds when missing variable has default value": {
			`query ($id: Int! = 2) { node(id: $id) { id } }`, `{"node":{"id":"2"}}`, nil},
		"lists/Handles list nullability/Contains values":   {`{ strictNodes(ids: [1, 2]) { id } }`, `{"strictNodes":[{"id":"1"},{"id":"2"}]}`, nil},
		"lists/Handles list nullability/Contains null/[T]": {`{ nodes(ids: [1, 6]) { id } }`, `{"nodes":[{"id":"1"},null]}`, nil},
		"lists/Handles list nullability/Contains null/[T!]!": {`{ strictNodes(ids: [1, 6]) { id } }`, `null`,
			[]string{"strictNodes[1]: the requested element is null which the schema does not allow @1:3"}},
		"lists/Handles list nullability/Returns null/[T]":            {`{ node(id: 5) { maybeTags } }`, `{"node":{"maybeTags":null}}`, nil},
		"directives/works on scalars/if true includes scalar":        {`{ node(id: 1) { id number @include(if: true) } }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on scalars/if false omits on scalar":       {`{ node(id: 1) { id number @include(if: false) } }`, `{"node":{"id":"1"}}`, nil},
		"directives/works on scalars/unless false includes scalar":   {`{ node(id: 1) { id number @skip(if: false) } }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on scalars/unless true omits scalar":       {`{ node(id: 1) { id number @skip(if: true) } }`, `{"node":{"id":"1"}}`, nil},
		"directives/works on fragment spreads/if false omits":        {`{ node(id: 1) { id ...F @include(if: false) } } fragment F on Node { number }`, `{"node":{"id":"1"}}`, nil},
		"directives/works on fragment spreads/unless true omits":     {`{ node(id: 1) { id ...F @skip(if: true) } } fragment F on Node { number }`, `{"node":{"id":"1"}}`, nil},
		"directives/works on inline fragment/if false omits":         {`{ node(id: 1) { id ... on Node @include(if: false) { number } } }`, `{"node":{"id":"1"}}`, nil},
		"directives/works on anonymous inline fragment/if true":      {`{ node(id: 1) { id ... @include(if: true) { number } } }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on anonymous inline fragment/unless true":  {`{ node(id: 1) { id ... @skip(if: true) { number } } }`, `{"node":{"id":"1"}}`, nil},
		"directives/works with skip and include/include and no skip": {`{ node(id: 1) { id number @include(if: true) @skip(if: false) } }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works with skip and include/include and skip":    {`{ node(id: 1) { id number @include(if: true) @skip(if: true) } }`, `{"node":{"id":"1"}}`, nil},
		"directives/works with skip and include/no include or skip":  {`{ node(id: 1) { id number @include(if: false) @skip(if: false) } }`, `{"node":{"id":"1"}}`, nil},
		"union-interface/executes union types with inline fragments": {`{ items(ids: [1, 3]) { __typename ... on Book { number } ... on Node { id } } }`, `{"items":[{"__typename":"Book","number":1},{"__typename":"Node","id":"3"}]}`, nil},
		"union-interface/executes interface types with named fragments": {`{ allNamed(ids: [1, 3]) { id ...B ...N } } fragment B on Book { n: number } fragment N on Node { flag }`,
			`{"allNamed":[{"id":"1","n":1},{"id":"3","flag":false}]}`, nil},
		"directives/works without directives/basic query works":      {`{ node(id: 1) { id number } }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on fragment spreads/if true includes":      {`{ node(id: 1) { id ...F @include(if: true) } } fragment F on Node { number }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on fragment spreads/unless false includes": {`{ node(id: 1) { id ...F @skip(if: false) } } fragment F on Node { number }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on inline fragment/if true includes":       {`{ node(id: 1) { id ... on Node @include(if: true) { number } } }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on inline fragment/unless false includes":  {`{ node(id: 1) { id ... on Node @skip(if: false) { number } } }`, `{"node":{"id":"1","number":1}}`, nil},
		"directives/works on inline fragment/unless true omits":      {`{ node(id: 1) { id ... on Node @skip(if: true) { number } } }`, `{"node":{"id":"1"}}`, nil},
		"directives/works on anonymous inline fragment/if false":     {`{ node(id: 1) { id ... @include(if: false) { number } } }`, `{"node":{"id":"1"}}`, nil},
		"directives/works on anonymous inline fragment/unless false": {`{ node(id: 1) { id ... @skip(if: false) { number } } }`, `{"node":{"id":"1","number":1}}`, nil},
		"nonnull/nulls a returned object that contains a non-nullable field/that returns null": {
			`{ node(id: 4) { strictNext { id } } }`, `{"node":null}`, []string{"node.strictNext: the requested element is null which the schema does not allow @1:17"}},
		"nonnull/nulls a complex tree of nullable fields, each/that returns null": {
			`{ nodes(ids: [0, 6]) { name maybePoint { x } self { name secret self { name maybeTags } } } }`,
			`{"nodes":[{"name":null,"maybePoint":null,"self":{"name":null,"secret":null,"self":{"name":null,"maybeTags":null}}},null]}`, nil},
		"nonnull/nulls a complex tree of nullable fields, each/that throws": {
			`{ node(id: 9) { risky next { id } self { risky next { id } self { risky } } } }`,
			`{"node":{"risky":null,"next":null,"self":{"risky":null,"next":null,"self":{"risky":null}}}}`, []string{
				"node.next: no access to node 10 @1:23", "node.risky: risky 9 @1:17", "node.self.next: no access to node 10 @1:48",
				"node.self.risky: risky 9 @1:42", "node.self.self.risky: risky 9 @1:67",
			}},
		"nonnull/Handles non-null argument/succeeds when passed non-null literal value": {`{ node(id: 2) { plusOdd(odd: 3) } }`, `{"node":{"plusOdd":5}}`, nil},
		"lists/Handles list nullability/Contains null/[T]!":                             {`{ numbered(ids: [1, 6]) { number } }`, `{"numbered":[{"number":1},null]}`, nil},
		"lists/Handles list nullability/Contains null/[T!]": {`{ strictGrid(rows: 4) { number } }`,
			`{"strictGrid":[[{"number":0},{"number":1}],[{"number":2},{"number":3}],[{"number":4},{"number":5}],null]}`,
			[]string{"strictGrid[3][0]: the requested element is null which the schema does not allow @1:3"}},
		"executor/merges parallel fragments": {`{ node(id: 1) { id ...A ...B } } fragment A on Node { value { x } next { number } } fragment B on Node { value { y } next { id } }`,
			`{"node":{"id":"1","value":{"x":1,"y":null},"next":{"number":2,"id":"2"}}}`, nil},
		"executor/Avoids recursion": {`{ node(id: 1) { id ...A } } fragment A on Node { id ...B } fragment B on Node { id number }`, `{"node":{"id":"1","number":1}}`, nil},
		"executor/Full response path is included for non-nullable fields": {
			`{ n: node(id: 1) { s: self { t: self { r: strictRisky } } } }`, `{"n":null}`, []string{"n.s.t.r: strictly risky 1 @1:40"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(answer{c.data, c.errors}, ask(t, oursSchema(), c.query, nil)); diff != "" {
				t.Errorf("%s (want, got):\n%s", c.query, diff)
			}
		})
	}
}
