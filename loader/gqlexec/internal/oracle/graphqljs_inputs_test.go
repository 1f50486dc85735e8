package oracle_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
)

// respond answers also what is not valid, as "refused" and the reasons, and chooses an operation by its name.
func respond(t *testing.T, query, operation, variables string) string {
	t.Helper()
	params := &graphql.RawParams{Query: query, OperationName: operation}
	if variables != "" {
		decoder := json.NewDecoder(strings.NewReader(variables))
		decoder.UseNumber() // as the transports
		if err := decoder.Decode(&params.Variables); err != nil {
			t.Fatal(err)
		}
	}
	e := executor.New(oursSchema())
	ctx := graphql.StartOperationTrace(t.Context())
	oc, errs := e.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		return fmt.Sprint("refused ", errs.Error())
	}
	handler, ctx := e.DispatchOperation(ctx, oc)
	response := handler(ctx)
	if len(response.Errors) > 0 {
		return fmt.Sprint(string(response.Data), " ", response.Errors.Error())
	}
	return string(response.Data)
}

// The cases of graphql-js on variables, mutations, operations and arguments, under their names. What is refused before execution has
// gqlparser's messages.
func TestGraphQLJS_Inputs(t *testing.T) {
	echo := func(s string) string { return `{"echo":"` + s + `"}` }
	const echoing = `query ($in: EchoInput!) { echo(input: $in) }`
	const two = `query Example { node(id: 1) { id } } query OtherExample { node(id: 2) { id } }`
	for name, c := range map[string]struct{ query, operation, variables, want string }{
		"variables/using inline struct/executes with complex input":                            {`{ echo(input: {text: "a", tags: ["b"], inner: {odd: 3}}) }`, "", "", echo("a times 2 tags b flag true odd 3")},
		"variables/using inline struct/properly parses single value to list":                   {`{ echo(input: {text: "a", tags: "b"}) }`, "", "", echo("a times 2 tags b")},
		"variables/using inline struct/properly parses null value to null":                     {`{ echo(input: {text: "a", times: null, tags: null, inner: null}) }`, "", "", echo("a tags ")},
		"variables/using inline struct/properly runs parseLiteral on complex scalar":           {`{ echo(input: {inner: {flag: null, odd: 5}}) }`, "", "", echo("default times 2 tags  odd 5")},
		"variables/using variables/executes with complex input":                                {echoing, "", `{"in": {"text": "a", "tags": ["b"], "inner": {"odd": 3}}}`, echo("a times 2 tags b flag true odd 3")},
		"variables/using variables/properly parses single value to list":                       {echoing, "", `{"in": {"tags": "b"}}`, echo("default times 2 tags b")},
		"variables/using variables/uses null when variable provided explicit null value":       {`query ($mood: Mood) { echoAll(inputs: [{text: "a"}], mood: $mood) }`, "", `{"mood": null}`, `{"echoAll":["a times 2 tags "]}`},
		"variables/using variables/uses default value when not provided":                       {`query ($t: Int = 9) { echo(input: {times: $t}) }`, "", "", echo("default times 9 tags ")},
		"variables/using variables/does not use default value when provided":                   {`query ($t: Int = 9) { echo(input: {times: $t}) }`, "", `{"t": 1}`, echo("default times 1 tags ")},
		"variables/using variables/uses explicit null value instead of default value":          {`query ($t: Int = 9) { echo(input: {times: $t}) }`, "", `{"t": null}`, echo("default tags ")},
		"variables/using variables/uses null default value when not provided":                  {`query ($t: Int = null) { echo(input: {times: $t}) }`, "", "", echo("default tags ")},
		"variables/using variables/errors on null for nested non-null":                         {echoing, "", `{"in": {"text": null}}`, "refused input: variable.in.text cannot be null\n"},
		"variables/using variables/errors on incorrect type":                                   {echoing, "", `{"in": "foo bar"}`, "refused input: variable.in must be a EchoInput, not a string\n"},
		"variables/using variables/errors on addition of unknown input field":                  {echoing, "", `{"in": {"extra": "dog"}}`, "refused input: variable.in.extra unknown field\n"},
		"variables/Handles nullables and allows omission/allows nullable inputs to be omitted": {`{ echoAll }`, "", "", `{"echoAll":null}`},
		"variables/Handles nullables and allows omission/allows nullable inputs to be omitted in a variable": {
			`query ($t: Int) { node(id: 1) { prefixed(times: $t) } }`, "", "", `{"node":{"prefixed":"<label 1"}}`},
		"variables/Handles nullables and allows omission/allows nullable inputs to be set to null directly": {
			`{ node(id: 1) { prefixed(prefix: null) } }`, "", "", `{"node":{"prefixed":"label 1"}}`},
		"variables/Handles nullables and allows omission/allows nullable inputs to be set to a value in a variable": {
			`query ($p: String) { node(id: 1) { prefixed(prefix: $p) } }`, "", `{"p": "-"}`, `{"node":{"prefixed":"-label 1"}}`},
		"variables/Handles non-nullable scalars/allows non-nullable variable to be omitted given a default": {
			`query ($id: Int! = 4) { node(id: $id) { id } }`, "", "", `{"node":{"id":"4"}}`},
		"variables/Handles non-nullable scalars/does not allow non-nullable inputs to be omitted in a variable": {
			`query ($id: Int!) { node(id: $id) { id } }`, "", "", "refused input: variable.id must be defined\n"},
		"variables/Handles non-nullable scalars/does not allow non-nullable inputs to be set to null in a variable": {
			`query ($id: Int!) { node(id: $id) { id } }`, "", `{"id": null}`, "refused input: variable.id cannot be null\n"},
		"variables/Handles non-nullable scalars/allows non-nullable inputs to be set to a value directly": {`{ node(id: 2) { id } }`, "", "", `{"node":{"id":"2"}}`},
		"variables/Handles lists and nullability/allows lists to be null": {
			`query ($ins: [EchoInput!]) { echoAll(inputs: $ins) }`, "", `{"ins": null}`, `{"echoAll":null}`},
		"variables/Handles lists and nullability/allows lists to contain values": {
			`query ($ins: [EchoInput!]) { echoAll(inputs: $ins) }`, "", `{"ins": [{"text": "a"}]}`, `{"echoAll":["a times 2 tags  in mood CALM"]}`},
		"variables/Handles lists and nullability/does not allow non-null lists to be null": {
			`query ($ids: [Int!]!) { nodes(ids: $ids) { id } }`, "", `{"ids": null}`, "refused input: variable.ids cannot be null\n"},
		"variables/Handles lists and nullability/does not allow lists of non-nulls to contain null": {
			`query ($ids: [Int!]!) { nodes(ids: $ids) { id } }`, "", `{"ids": [1, null]}`, "refused input: variable.ids[1] cannot be null\n"},
		"variables/Execute: Uses argument default values/when no argument provided": {`{ node(id: 1) { prefixed } }`, "", "", `{"node":{"prefixed":"<label 1"}}`},
		"variables/Execute: Uses argument default values/when omitted variable provided": {
			`query ($p: String) { node(id: 1) { prefixed(prefix: $p) } }`, "", "", `{"node":{"prefixed":"<label 1"}}`},

		"mutations/evaluates mutations serially": {
			`mutation { first: add(n: 1) { value now } second: add(n: 2) { value now } third: add(n: 3) { value now } }`, "", "",
			`{"first":{"value":1,"now":1},"second":{"value":3,"now":3},"third":{"value":6,"now":6}}`},
		"mutations/evaluates mutations correctly in the presence of a failed mutation": {
			`mutation { first: add(n: 1) { value } second: addOrFail(n: -1) { value } third: add(n: 3) { value } }`, "", "",
			"{\"first\":{\"value\":1},\"second\":null,\"third\":{\"value\":4}} input:1:39: second negative\n"},

		"executor/uses the inline operation if no operation name is provided":                          {`{ node(id: 1) { id } }`, "", "", `{"node":{"id":"1"}}`},
		"executor/uses the only operation if no operation name is provided":                            {`query Example { node(id: 1) { id } }`, "", "", `{"node":{"id":"1"}}`},
		"executor/uses the named operation if operation name is provided":                              {two, "OtherExample", "", `{"node":{"id":"2"}}`},
		"executor/provides error if no operation is provided":                                          {`fragment Example on Node { id }`, "", "", "refused"},
		"executor/errors if no operation name is provided with multiple operations":                    {two, "", "", "refused"},
		"executor/errors if unknown operation name is provided":                                        {two, "Unknown", "", "refused"},
		"executor/uses the query schema for queries":                                                   {`query Q { node(id: 1) { id } } mutation M { add(n: 1) { value } }`, "Q", "", `{"node":{"id":"1"}}`},
		"executor/uses the mutation schema for mutations":                                              {`query Q { node(id: 1) { id } } mutation M { add(n: 1) { value } }`, "M", "", `{"add":{"value":1}}`},
		"executor/correct field ordering despite execution order":                                      {`{ node(id: 1) { next { id } id peer { number } label } }`, "", "", `{"node":{"next":{"id":"2"},"id":"1","peer":{"number":2},"label":"label 1"}}`},
		"executor/does not include arguments that were not set":                                        {`{ node(id: 1) { prefixed(times: 2) } }`, "", "", `{"node":{"prefixed":"<<label 1"}}`},
		"executor/populates path correctly with complex types":                                         {`{ l: allNamed(ids: [1, 9]) { ... on Node { s: strictRisky n: strictName } } }`, "", "", "{\"l\":[{},null]} input:1:59: l[1].n strictly no name for 9\n"},
		"abstract/isTypeOf used to resolve runtime type for Interface":                                 {`{ allNamed(ids: [1, 3]) { id ... on Node { flag } ... on Book { title } } }`, "", "", `{"allNamed":[{"id":"1","title":"title 1"},{"id":"3","flag":false}]}`},
		"abstract/isTypeOf used to resolve runtime type for Union":                                     {`{ items(ids: [1, 3]) { ... on Node { flag } ... on Book { title } } }`, "", "", `{"items":[{"title":"title 1"},{"flag":false}]}`},
		"union-interface/allows fragment conditions to be abstract types":                              {`{ items(ids: [1, 3]) { ... on Named { id ... on Numbered { number } } } }`, "", "", `{"items":[{"id":"1","number":1},{"id":"3","number":3}]}`},
		"union-interface/executes using union types":                                                   {`{ items(ids: [1, 3]) { __typename } }`, "", "", `{"items":[{"__typename":"Book"},{"__typename":"Node"}]}`},
		"lists/Execute: Handles list nullability/Contains error/[T]":                                   {`{ nodes(ids: [1, 9]) { strictName } }`, "", "", "{\"nodes\":[{\"strictName\":\"label 1\"},null]} input:1:24: nodes[1].strictName strictly no name for 9\n"},
		"lists/Execute: Handles list nullability/Contains error/[T!]!":                                 {`{ strictNodes(ids: [1, 9]) { strictName } }`, "", "", "null input:1:30: strictNodes[1].strictName strictly no name for 9\n"},
		"nonnull/nulls a synchronously returned object that contains a non-nullable field/that throws": {`{ node(id: 8) { id value { x } strictRisky } a: node(id: 2) { id } }`, "", "", "{\"node\":null,\"a\":{\"id\":\"2\"}} input:1:32: node.strictRisky strictly risky 8\n"},
		"nonnull/Handles non-null argument/succeeds when passed non-null variable value":               {`query ($odd: Odd!) { node(id: 1) { plusOdd(odd: $odd) } }`, "", `{"odd": 3}`, `{"node":{"plusOdd":4}}`},
		"nonnull/Handles non-null argument/field error when missing non-null arg":                      {`{ node(id: 1) { plusOdd } }`, "", "", "refused"},
		"nonnull/Handles non-null argument/field error when non-null arg provided null":                {`{ node(id: 1) { plusOdd(odd: null) } }`, "", "", "refused"},
		"nonnull/Handles non-null argument/field error when non-null arg not provided variable value":  {`query ($odd: Odd) { node(id: 1) { plusOdd(odd: $odd) } }`, "", "", "refused"},
		"executor/ignores missing sub selections on fields":                                            {`{ node(id: 1) }`, "", "", "refused"},
		"nonnull/Handles non-null argument/field error if missing non-null variable":                   {`query ($odd: Odd!) { node(id: 1) { plusOdd(odd: $odd) } }`, "", "", "refused input: variable.odd must be defined\n"},
		"resolve/default function calls methods":                                                       {`{ node(id: 1) { label value { x } } }`, "", "", `{"node":{"label":"label 1","value":{"x":1}}}`},
		"schema/executes using a schema":                                                               {`{ nodes(ids: [1]) { id number ...Author } } fragment Author on Node { peer { id points { x } } }`, "", "", `{"nodes":[{"id":"1","number":1,"peer":{"id":"2","points":[{"x":1},{"x":2}]}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := respond(t, c.query, c.operation, c.variables)
			if c.want == "refused" && len(got) > len(c.want) {
				got = got[:len(c.want)]
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s %s (want, got):\n%s", c.query, c.variables, diff)
			}
		})
	}
}
