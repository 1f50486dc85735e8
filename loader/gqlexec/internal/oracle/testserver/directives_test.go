package testserver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver"
)

func TestDirectives(t *testing.T) {
	failed := func(message, path, field string) string {
		return `{"errors":[{"message":"` + message + `","path":["` + strings.ReplaceAll(path, ".", `","`) + `"],"locations":[{"line":1,"column":3}]}],"data":{"` + field + `":null}}`
	}
	is := func(field, s string) string { return `{"data":{"` + field + `":"` + s + `"}}` }
	run(t, []question{
		{"arg directives/when function errors on directives", `{ directiveArg(arg: "") }`, "", failed("invalid length", "directiveArg.arg", "directiveArg")},
		{"arg directives/when function errors on nullable arg directives", `{ directiveNullableArg(arg: -100) }`, "",
			failed("too small", "directiveNullableArg.arg", "directiveNullableArg")},
		{"arg directives/when function success on nullable arg directives", `{ directiveNullableArg }`, "", is("directiveNullableArg", "Ok")},
		{"arg directives/when function success on valid nullable arg directives", `{ directiveNullableArg(arg: 1, arg3: "x") }`, "", is("directiveNullableArg", "Ok")},
		{"arg directives/when function success", `{ directiveArg(arg: "test") }`, "", is("directiveArg", "Ok")},
		{"arg directives/directive is not called with null arguments", `{ directiveSingleNullableArg }`, "", is("directiveSingleNullableArg", "Ok")},
		{"arg directives/directive is called with a null that is given", `{ directiveSingleNullableArg(arg1: null) }`, "", is("directiveSingleNullableArg", "test")},

		{"field definition directives/too short", `{ directiveFieldDef(ret: "") }`, "",
			`{"errors":[{"message":"not valid","path":["directiveFieldDef"],"locations":[{"line":1,"column":3}]}],"data":null}`},
		{"field definition directives/has 2 directives", `{ directiveDouble }`, "", is("directiveDouble", "Ok")},
		{"field definition directives/directive is not implemented", `{ directiveUnimplemented }`, "",
			`{"errors":[{"message":"directive unimplemented is not implemented","path":["directiveUnimplemented"],"locations":[{"line":1,"column":3}]}],` +
				`"data":{"directiveUnimplemented":null}}`},
		{"field definition directives/ok", `{ directiveFieldDef(ret: "aaa") }`, "", is("directiveFieldDef", "aaa")},

		{"input field directives/when function errors on directives", `{ directiveInputNullable(arg: {text: "invalid text", inner: {message: "1"}}) }`, "",
			failed("not valid", "directiveInputNullable.arg.text", "directiveInputNullable")},
		{"input field directives/when function errors on inner directives", `{ directiveInputNullable(arg: {text: "2", inner: {message: ""}}) }`, "",
			failed("not valid", "directiveInputNullable.arg.inner.message", "directiveInputNullable")},
		{"input field directives/when function errors on nullable inner directives",
			`{ directiveInputNullable(arg: {text: "2", inner: {message: "1"}, innerNullable: {message: ""}}) }`, "",
			failed("not valid", "directiveInputNullable.arg.innerNullable.message", "directiveInputNullable")},
		{"input field directives/when function success", `{ directiveInputNullable(arg: {text: "23", inner: {message: "1"}}) }`, "", is("directiveInputNullable", "Ok")},
		{"input field directives/when function inner nullable success",
			`{ directiveInputNullable(arg: {text: "23", nullableText: "23", inner: {message: "1"}, innerNullable: {message: "2"}}) }`, "",
			is("directiveInputNullable", "Ok")},
		{"input field directives/when arg has directive", `{ directiveInputType(arg: {id: 1}) }`, "", is("directiveInputType", "Ok")},

		{"object field directives/when function success", `{ directiveObject { text nullableText order } }`, "",
			`{"data":{"directiveObject":{"text":"Ok","nullableText":null,"order":["Query_field","order2_1","order1_2","order1_1"]}}}`},
		{"object field directives/when directive returns nil & custom go field is not nilable", `{ directiveObjectWithCustomGoModel { nullableText } }`, "",
			`{"data":{"directiveObjectWithCustomGoModel":{"nullableText":null}}}`},
	})
}

func TestDirectives_InputObjects(t *testing.T) {
	for _, c := range []struct{ name, query, want string }{
		{"directives run as expected for X times", `{ directiveInputOuter(arg: {inner: {text: "test", inner: {message: "msg"}}}) }`,
			"directive3 testserver.InputDirectives"},
		{"INPUT_OBJECT directive with args passes arguments", `{ directiveInputWithArgs(arg: {text: "test"}) }`,
			"directive3WithArg InputDirectivesWithArgs testserver.InputDirectivesWithArgs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var calls []string
			schema := testserver.NewExecutableSchema(testserver.Config{
				Resolvers:  &testserver.Resolver{},
				Directives: testserver.Directives(func(directive string, v any) { calls = append(calls, fmt.Sprintf("%s %T", directive, v)) }),
			})
			got := ask(t, serve(schema), c.query, "")
			if strings.Contains(got, "errors") || len(calls) != 1 || calls[0] != c.want {
				t.Errorf("%s, calls %q, want %q", got, calls, c.want)
			}
		})
	}
}
