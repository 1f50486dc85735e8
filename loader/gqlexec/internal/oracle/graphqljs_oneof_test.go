package oracle_test

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

// The cases of graphql-js on input objects with @oneOf, under their names, without those on variables of fragments. Literals are refused by
// validation, values of variables when arguments are coerced. In JSON a key that is undefined is not there.
func TestGraphQLJS_OneOf(t *testing.T) {
	const query = `query ($input: OneInput!) { oneOf(input: $input) { a b } }`
	for name, c := range map[string]struct{ query, variables, want string }{
		"accepts a good default value": {
			`query ($input: OneInput! = {a: "abc"}) { oneOf(input: $input) { a b } }`, "", `{"oneOf":{"a":"abc","b":null}}`},
		"rejects a bad default value": {
			`query ($input: OneInput! = {a: "abc", b: 123}) { oneOf(input: $input) { a b } }`, "", "refused"},
		"accepts a good variable":                       {query, `{"input": {"a": "abc"}}`, `{"oneOf":{"a":"abc","b":null}}`},
		"accepts a good variable with an undefined key": {query, `{"input": {"a": "abc"}}`, `{"oneOf":{"a":"abc","b":null}}`},
		"rejects a variable with a nulled key": {
			query, `{"input": {"a": null}}`, `{"oneOf":null} | oneOf.input.a: must not be null @1:29`},
		"rejects a variable with multiple non-null keys": {
			query, `{"input": {"a": "abc", "b": 123}}`, `{"oneOf":null} | oneOf.input: must have exactly one key @1:29`},
		"rejects a variable with multiple nullable keys": {
			query, `{"input": {"a": "abc", "b": null}}`, `{"oneOf":null} | oneOf.input: must have exactly one key @1:29`},
		"errors with nulled variable for field":  {`query ($a: String) { oneOf(input: {a: $a}) { a b } }`, `{"a": null}`, "refused"},
		"errors with missing variable for field": {`query ($a: String) { oneOf(input: {a: $a}) { a b } }`, "", "refused"},
	} {
		t.Run("oneof/OneOf Input Objects/"+name, func(t *testing.T) {
			expect(t, oursSchema(), &graphql.RawParams{Query: c.query, Variables: variables(t, c.variables)}, c.want)
		})
	}
}
