package oracle_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// expect demands an answer: its data and, behind " | " each, its errors as located has them. What is refused before execution is "refused" and
// the reasons; "refused" alone stands for any.
func expect(t *testing.T, schema graphql.ExecutableSchema, params *graphql.RawParams, want string) {
	t.Helper()
	got := respond(t, schema, params)
	if want == "refused" && strings.HasPrefix(got, want) {
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s %v (want, got):\n%s", params.Query, params.Variables, diff)
	}
}

func respond(t *testing.T, schema graphql.ExecutableSchema, params *graphql.RawParams) string {
	t.Helper()
	e := executor.New(schema)
	e.Use(extension.Introspection{})
	e.SetRecoverFunc(func(context.Context, any) error { return errors.New("panic") })
	ctx := graphql.StartOperationTrace(t.Context())
	oc, errs := e.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		for _, err := range errs {
			err.Extensions = nil // gqlgen's code
		}
		return "refused " + strings.Join(allLocated(errs), " | ")
	}
	handler, ctx := e.DispatchOperation(ctx, oc)
	response := handler(ctx)
	return strings.Join(append([]string{string(response.Data)}, allLocated(response.Errors)...), " | ")
}

func allLocated(errs gqlerror.List) []string {
	all := make([]string, len(errs))
	for i, err := range errs {
		all[i] = located(err)
	}
	slices.Sort(all)
	return all
}

// variables reads JSON as the transports do.
func variables(t *testing.T, values string) (v map[string]any) {
	t.Helper()
	if values == "" {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(values))
	decoder.UseNumber()
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// The cases of graphql-js' suites directives, mutations, abstract, union-interface, resolve and schema, under their names, on the schema of
// this package.
func TestGraphQLJS(t *testing.T) {
	const numbered = `{"node":{"id":"1","number":1}}`
	const number = ` } } fragment F on Node { number }`
	for name, c := range map[string]struct{ query, want string }{
		"directives/works without directives/basic query works":                                         {`{ node(id: 1) { id number } }`, numbered},
		"directives/works on scalars/if true includes scalar":                                           {`{ node(id: 1) { id number @include(if: true) } }`, numbered},
		"directives/works on scalars/if false omits on scalar":                                          {`{ node(id: 1) { id number @include(if: false) } }`, `{"node":{"id":"1"}}`},
		"directives/works on scalars/unless false includes scalar":                                      {`{ node(id: 1) { id number @skip(if: false) } }`, numbered},
		"directives/works on scalars/unless true omits scalar":                                          {`{ node(id: 1) { id number @skip(if: true) } }`, `{"node":{"id":"1"}}`},
		"directives/works on fragment spreads/if false omits fragment spread":                           {`{ node(id: 1) { id ...F @include(if: false)` + number, `{"node":{"id":"1"}}`},
		"directives/works on fragment spreads/if true includes fragment spread":                         {`{ node(id: 1) { id ...F @include(if: true)` + number, numbered},
		"directives/works on fragment spreads/unless false includes fragment spread":                    {`{ node(id: 1) { id ...F @skip(if: false)` + number, numbered},
		"directives/works on fragment spreads/unless true omits fragment spread":                        {`{ node(id: 1) { id ...F @skip(if: true)` + number, `{"node":{"id":"1"}}`},
		"directives/works on inline fragment/if false omits inline fragment":                            {`{ node(id: 1) { id ... on Node @include(if: false) { number } } }`, `{"node":{"id":"1"}}`},
		"directives/works on inline fragment/if true includes inline fragment":                          {`{ node(id: 1) { id ... on Node @include(if: true) { number } } }`, numbered},
		"directives/works on inline fragment/unless false includes inline fragment":                     {`{ node(id: 1) { id ... on Node @skip(if: false) { number } } }`, numbered},
		"directives/works on inline fragment/unless true includes inline fragment":                      {`{ node(id: 1) { id ... on Node @skip(if: true) { number } } }`, `{"node":{"id":"1"}}`}, // its name is wrong there, too
		"directives/works on anonymous inline fragment/if false omits anonymous inline fragment":        {`{ node(id: 1) { id ... @include(if: false) { number } } }`, `{"node":{"id":"1"}}`},
		"directives/works on anonymous inline fragment/if true includes anonymous inline fragment":      {`{ node(id: 1) { id ... @include(if: true) { number } } }`, numbered},
		"directives/works on anonymous inline fragment/unless false includes anonymous inline fragment": {`{ node(id: 1) { id ... @skip(if: false) { number } } }`, numbered},
		"directives/works on anonymous inline fragment/unless true includes anonymous inline fragment":  {`{ node(id: 1) { id ... @skip(if: true) { number } } }`, `{"node":{"id":"1"}}`},
		"directives/works with skip and include directives/include and no skip":                         {`{ node(id: 1) { id number @include(if: true) @skip(if: false) } }`, numbered},
		"directives/works with skip and include directives/include and skip":                            {`{ node(id: 1) { id number @include(if: true) @skip(if: true) } }`, `{"node":{"id":"1"}}`},
		"directives/works with skip and include directives/no include or skip":                          {`{ node(id: 1) { id number @include(if: false) @skip(if: false) } }`, `{"node":{"id":"1"}}`},
		"mutations/evaluates mutations serially":                                                        {`mutation { first: add(n: 1) { value now } second: add(n: 2) { value now } third: add(n: 3) { value now } }`, `{"first":{"value":1,"now":1},"second":{"value":3,"now":3},"third":{"value":6,"now":6}}`},
		"mutations/does not include illegal mutation fields in output":                                  {`mutation { doNotInclude }`, "refused"},
		"mutations/evaluates mutations correctly in the presence of a failed mutation":                  {`mutation { first: add(n: 1) { value } second: addOrFail(n: -1) { value } third: add(n: 3) { value } }`, `{"first":{"value":1},"second":null,"third":{"value":4}} | second: negative @1:39`},
		"mutations/Mutation inside of a fragment":                                                       {`mutation { ...F second: add(n: 2) { value now } } fragment F on Mutation { first: add(n: 1) { value now } }`, `{"first":{"value":1,"now":1},"second":{"value":3,"now":3}}`},
		"abstract/isTypeOf used to resolve runtime type for Interface":                                  {`{ allNamed(ids: [1, 3]) { id ... on Node { flag } ... on Book { title } } }`, `{"allNamed":[{"id":"1","title":"title 1"},{"id":"3","flag":false}]}`},
		"abstract/isTypeOf used to resolve runtime type for Union":                                      {`{ items(ids: [1, 3]) { ... on Node { flag } ... on Book { title } } }`, `{"items":[{"title":"title 1"},{"flag":false}]}`},
		"abstract/isTypeOf can return false":                                                            {`{ stranger { id } }`, `{"stranger":null} | stranger: the Go type oracle.Stranger is none of the object types of Named @1:3`},
		"abstract/resolveType on Interface yields useful error":                                         {`{ named(id: 1) { id } stranger { ... on Node { id } } }`, `{"named":{"id":"1"},"stranger":null} | stranger: the Go type oracle.Stranger is none of the object types of Named @1:23`},
		"union-interface/can introspect on union and intersection types":                                {`{ __type(name: "Item") { kind name fields { name } interfaces { name } possibleTypes { name } enumValues { name } inputFields { name } } }`, `{"__type":{"kind":"UNION","name":"Item","fields":[],"interfaces":[],"possibleTypes":[{"name":"Node"},{"name":"Book"},{"name":"Point"}],"enumValues":[],"inputFields":[]}}`},
		"union-interface/executes using union types":                                                    {`{ items(ids: [1, 3]) { __typename } }`, `{"items":[{"__typename":"Book"},{"__typename":"Node"}]}`},
		"union-interface/executes union types with inline fragments":                                    {`{ items(ids: [1, 3]) { __typename ... on Book { number } ... on Node { id } } }`, `{"items":[{"__typename":"Book","number":1},{"__typename":"Node","id":"3"}]}`},
		"union-interface/executes using interface types":                                                {`{ allNamed(ids: [1, 3]) { __typename id } }`, `{"allNamed":[{"__typename":"Book","id":"1"},{"__typename":"Node","id":"3"}]}`},
		"union-interface/executes interface types with inline fragments":                                {`{ allNamed(ids: [1, 3]) { id ... on Book { n: number } ... on Node { flag } } }`, `{"allNamed":[{"id":"1","n":1},{"id":"3","flag":false}]}`},
		"union-interface/executes interface types with named fragments":                                 {`{ allNamed(ids: [1, 3]) { id ...B ...N } } fragment B on Book { n: number } fragment N on Node { flag }`, `{"allNamed":[{"id":"1","n":1},{"id":"3","flag":false}]}`},
		"union-interface/allows fragment conditions to be abstract types":                               {`{ items(ids: [1, 3]) { ... on Named { id ... on Numbered { number } } } }`, `{"items":[{"id":"1","number":1},{"id":"3","number":3}]}`},
		"resolve/default function accesses properties":                                                  {`{ node(id: 1) { number value { x } } }`, `{"node":{"number":1,"value":{"x":1}}}`},
		"resolve/default function calls methods":                                                        {`{ node(id: 1) { label } }`, `{"node":{"label":"label 1"}}`},
		"resolve/default function passes args and context":                                              {`{ node(id: 1) { prefixed(prefix: "-", times: 2) } link { now(is: TOLD) } }`, `{"node":{"prefixed":"--label 1"},"link":{"now":null}} | link.now: told at now`},
		"resolve/uses provided resolve function":                                                        {`{ node(id: 1) { fetchedName(upper: true) } }`, `{"node":{"fetchedName":"NODE \"1\"\n\t\\ É \u0001"}}`},
		"schema/executes using a schema":                                                                {`{ nodes(ids: [1]) { id number ...Author } } fragment Author on Node { peer { id points { x } } }`, `{"nodes":[{"id":"1","number":1,"peer":{"id":"2","points":[{"x":1},{"x":2}]}}]}`},
	} {
		t.Run(name, func(t *testing.T) { expect(t, oursSchema(), &graphql.RawParams{Query: c.query}, c.want) })
	}
}
