package oracle_test

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

// The cases of graphql-js' suite executor, under their names. What is refused before execution has gqlparser's and gqlgen's messages.
func TestGraphQLJS_Executor(t *testing.T) {
	const (
		two      = `query Example { node(id: 1) { id } } query OtherExample { node(id: 2) { id } }`
		mutating = `query Q { node(id: 1) { id } } mutation M { add(n: 1) { value } }`
		null     = "the requested element is null which the schema does not allow"
	)
	for name, c := range map[string]struct{ query, operation, variables, want string }{
		"executes arbitrary code": {`query ($size: Int) { a: node(id: 1) { id x: number ...F ... on Node { prefixed(prefix: "-", times: $size) link: next { number } } deep: neighbours { label } } } fragment F on Node { flag mood }`, "", `{"size": 2}`,
			`{"a":{"id":"1","x":1,"flag":false,"mood":"ANGRY","prefixed":"--label 1","link":{"number":2},"deep":[[{"label":"label 1"},{"label":"label 2"}],null,[],[{"label":"label 7"}]]}}`},
		"merges parallel fragments": {`{ node(id: 1) { id ...A ...B } } fragment A on Node { value { x } next { number deeper: next { number } } } fragment B on Node { value { y } next { id deeper: next { id } } }`, "", "",
			`{"node":{"id":"1","value":{"x":1,"y":null},"next":{"number":2,"deeper":{"number":3,"id":"3"},"id":"2"}}}`},
		"populates path correctly with complex types": {`{ l: allNamed(ids: [1, 9]) { ... on Node { s: strictRisky n: strictName } } }`, "", "", `{"l":[{},null]} | l[1].n: strictly no name for 9 @1:59`},
		"correctly threads arguments":                 {`{ node(id: 1) { prefixed(times: 3, prefix: "foo") } }`, "", "", `{"node":{"prefixed":"foofoofoolabel 1"}}`},
		"nulls out error subtrees": {`{ link { now later a: now(is: ERROR) b: now(is: PANIC) c: later(is: ERROR) d: later(is: PANIC) e: list(is: ERROR) { now } f: list(second: ERROR) { strictNow } g: laterList(is: PANIC) { now } } }`, "", "",
			`{"link":{"now":"text","later":"text","a":null,"b":null,"c":null,"d":null,"e":null,"f":[{"strictNow":"text"},null,{"strictNow":"text"}],"g":null}}` +
				` | link.a: an error @1:20 | link.b: panic @1:38 | link.c: an error @1:56 | link.d: panic @1:76 | link.e: an error @1:96 | link.f[1].strictNow: an error @1:148 | link.g: panic @1:160`},
		"nulls error subtree for promise rejection #1071": {`{ link { laterList(is: ERROR) { now } } }`, "", "", `{"link":{"laterList":null}} | link.laterList: an error @1:10`},
		"handles sync errors combined with rejections": {`{ link { strictLater(is: NULL) strictNow(is: NULL) } }`, "", "", // both: a wave is complete before anything is written
			"null | link.strictLater: " + null + " @1:10 | link.strictNow: " + null + " @1:32"},
		"handles async bubbling errors combined with non-bubbling errors": {`{ link { later(is: ERROR) strictLater(is: NULL) } }`, "", "",
			"null | link.later: an error @1:10 | link.strictLater: " + null + " @1:27"},
		"Full response path is included for non-nullable fields": {`{ n: node(id: 1) { a: next { s: self { t: self { r: strictName } } } b: maybeChildren { strictRisky } next { self { n: next { strictNext { strictNext { strictNext { strictName } } } } } } } }`, "", "",
			`{"n":{"a":{"s":{"t":{"r":"label 2"}}},"b":[{"strictRisky":"label 2"},null,{"strictRisky":"label 7"}],"next":{"self":{"n":null}}}} | n.next.self.n.strictNext.strictNext.strictNext.strictName: strictly no name for 9 @1:166`},
		"uses the inline operation if no operation name is provided": {`{ node(id: 1) { id } }`, "", "", `{"node":{"id":"1"}}`},
		"uses the only operation if no operation name is provided":   {`query Example { node(id: 1) { id } }`, "", "", `{"node":{"id":"1"}}`},
		"uses the named operation if operation name is provided":     {two, "OtherExample", "", `{"node":{"id":"2"}}`},
		"provides error if no operation is provided":                 {`fragment Example on Node { id }`, "", "", "refused : no operation provided"},
		"errors if no op name is provided with multiple operations":  {two, "", "", "refused : operation  not found"},
		"errors if unknown operation name is provided":               {two, "UnknownExample", "", "refused : operation UnknownExample not found"},
		"errors if empty string is provided as operation name":       {`{ node(id: 1) { id } }`, "", "", `{"node":{"id":"1"}}`}, // for gqlgen it is none
		"uses the query schema for queries":                          {mutating, "Q", "", `{"node":{"id":"1"}}`},
		"uses the mutation schema for mutations":                     {mutating, "M", "", `{"add":{"value":1}}`},
		"uses the subscription schema for subscriptions":             {`query Q { node(id: 1) { id } } subscription S { number(ids: [2]) }`, "S", "", `{"number":2}`},
		"correct field ordering despite execution order":             {`{ link { a: now b: later c: now d: strictLater e: strictNow } }`, "", "", `{"link":{"a":"text","b":"text","c":"text","d":"text","e":"text"}}`},
		"Avoids recursion":                                                      {`{ node(id: 1) { id ...F ...F } } fragment F on Node { id ...F }`, "", "", "refused"},
		"ignores missing sub selections on fields":                              {`{ node(id: 1) }`, "", "", "refused"},
		"does not include illegal fields in output":                             {`{ doNotInclude }`, "", "", "refused"},
		"does not include arguments that were not set":                          {`{ node(id: 1) { prefixed(times: 2) } }`, "", "", `{"node":{"prefixed":"<<label 1"}}`},
		"fails when an isTypeOf check is not met":                               {`{ named(id: 3) { id } stranger { id } }`, "", "", `{"named":{"id":"3"},"stranger":null} | stranger: the Go type oracle.Stranger is none of the object types of Named @1:23`},
		"fails when coerceOutputValue of custom scalar does not return a value": {`{ node(id: 4) { strictSecret } }`, "", "", `{"node":null} | node.strictSecret: no secret @1:17`},
		"executes ignoring invalid non-executable definitions":                  {`{ node(id: 1) { id } } type Query { bar: String }`, "", "", "refused"},
	} {
		t.Run("executor/"+name, func(t *testing.T) {
			expect(t, oursSchema(), &graphql.RawParams{Query: c.query, OperationName: c.operation, Variables: variables(t, c.variables)}, c.want)
		})
	}
}
