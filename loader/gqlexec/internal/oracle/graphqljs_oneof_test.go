package oracle_test

import (
	"strings"
	"testing"
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
			query, `{"input": {"a": null}}`, "{\"oneOf\":null} input:1:29: oneOf.input.a must not be null\n"},
		"rejects a variable with multiple non-null keys": {
			query, `{"input": {"a": "abc", "b": 123}}`, "{\"oneOf\":null} input:1:29: oneOf.input must have exactly one key\n"},
		"rejects a variable with multiple nullable keys": {
			query, `{"input": {"a": "abc", "b": null}}`, "{\"oneOf\":null} input:1:29: oneOf.input must have exactly one key\n"},
		"errors with nulled variable for field":  {`query ($a: String) { oneOf(input: {a: $a}) { a b } }`, `{"a": null}`, "refused"},
		"errors with missing variable for field": {`query ($a: String) { oneOf(input: {a: $a}) { a b } }`, "", "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			got := respond(t, c.query, "", c.variables)
			if c.want == "refused" && strings.HasPrefix(got, c.want) {
				return
			}
			if got != c.want {
				t.Errorf("%s %s: %q, want %q", c.query, c.variables, got, c.want)
			}
		})
	}
}
