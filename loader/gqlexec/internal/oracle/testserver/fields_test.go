package testserver_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver"
)

const nullError = "the requested element is null which the schema does not allow"

func TestNullBubbling(t *testing.T) {
	run(t, []question{
		{"when function errors on non required field", `{ valid errorBubble { id errorOnNonRequiredField } }`, "",
			`{"errors":[{"message":"boom","path":["errorBubble","errorOnNonRequiredField"],"locations":[{"line":1,"column":26}]}],` +
				`"data":{"valid":"Ok","errorBubble":{"id":"E1234","errorOnNonRequiredField":null}}}`},
		{"when function errors", `{ valid errorBubble { id errorOnRequiredField } }`, "",
			`{"errors":[{"message":"boom","path":["errorBubble","errorOnRequiredField"],"locations":[{"line":1,"column":26}]}],` +
				`"data":{"valid":"Ok","errorBubble":null}}`},
		{"when user returns null on required field", `{ valid errorBubble { id nilOnRequiredField } }`, "",
			`{"errors":[{"message":"` + nullError + `","path":["errorBubble","nilOnRequiredField"],"locations":[{"line":1,"column":26}]}],` +
				`"data":{"valid":"Ok","errorBubble":null}}`},
		{"when list element is null", `{ valid errorList { id } }`, "", `{"data":{"valid":"Ok","errorList":[null]}}`},
		{"when non-null list element is null", `{ valid errorBubbleList { id } }`, "",
			`{"errors":[{"message":"` + nullError + `","path":["errorBubbleList",1],"locations":[{"line":1,"column":9}]},` +
				`{"message":"` + nullError + `","path":["errorBubbleList",2],"locations":[{"line":1,"column":9}]}],"data":{"valid":"Ok","errorBubbleList":null}}`},
		{"null args", `{ nullableArg(arg: null) default: nullableArg }`, "", `{"data":{"nullableArg":"null","default":"123"}}`},
		{"concurrent null detection", `{ errors { a { id } c { id } e { id } } }`, "",
			`{"errors":[{"message":"` + nullError + `","path":["errors","e"],"locations":[{"line":1,"column":30}]},` +
				`{"message":"` + nullError + `","path":["errors","a"],"locations":[{"line":1,"column":12}]},` +
				`{"message":"` + nullError + `","path":["errors","c"],"locations":[{"line":1,"column":21}]}],"data":{"errors":null}}`},
		{"when non-nullable field returns content while error occurred", `{ invalid }`, "",
			`{"errors":[{"message":"ERROR","path":["invalid"],"locations":[{"line":1,"column":3}]}],"data":null}`},
	})
}

func TestTime(t *testing.T) {
	run(t, []question{
		{"zero value in nullable field", `{ user(id: 1) { updated } }`, "", `{"data":{"user":{"updated":null}}}`},
		{"zero value in non nullable field", `{ user(id: 1) { created } }`, "",
			`{"errors":[{"message":"` + nullError + `","path":["user","created"],"locations":[{"line":1,"column":17}]}],"data":null}`},
		{"with values", `{ user(id: 10) { created updated } }`, "",
			`{"data":{"user":{"created":"2010-01-01T00:00:10.000000001Z","updated":"2010-01-01T00:00:20.000000001Z"}}}`},
	})
}

func TestSlices(t *testing.T) {
	run(t, []question{
		{"nulls vs empty slices", `{ slices { test1 test2 test3 test4 } }`, "", `{"data":{"slices":{"test1":null,"test2":null,"test3":[],"test4":[]}}}`},
		{"custom scalars to slices work", `{ scalarSlice }`, "", `{"data":{"scalarSlice":"testing"}}`},
	})
}

func TestPrimitiveObjects(t *testing.T) {
	run(t, []question{
		{"can fetch value", `{ primitiveObject { value squared } }`, "",
			`{"data":{"primitiveObject":[{"value":2,"squared":4},{"value":4,"squared":16}]}}`},
		{"TestPrimitiveStringObjects/can fetch value", `{ primitiveStringObject { value doubled len } }`, "",
			`{"data":{"primitiveStringObject":[{"value":"hello","doubled":"hellohello","len":5},{"value":"world","doubled":"worldworld","len":5}]}}`},
	})
}

func TestModelMethods(t *testing.T) {
	run(t, []question{
		{"without context", `{ modelMethods { noContext resolverField } }`, "", `{"data":{"modelMethods":{"noContext":true,"resolverField":true}}}`},
		{"with context", `{ modelMethods { withContext } }`, "", `{"data":{"modelMethods":{"withContext":true}}}`},
	})
}

func TestFloatInfAndNaN(t *testing.T) {
	run(t, []question{
		{"errors on marshaller with context", `{ infinity }`, "",
			`{"errors":[{"message":"cannot marshal infinite no NaN float values","path":["infinity"],"locations":[{"line":1,"column":3}]}],"data":null}`},
	})
}

func TestContextPassedToMarshal(t *testing.T) {
	run(t, []question{
		{"of each", `query my_name { stringFromContextInterface stringFromContextFunction }`, "",
			`{"data":{"stringFromContextInterface":"stringFromContextInterface","stringFromContextFunction":"stringFromContextFunction"}}`},
	})
}

// A panic in a marshaler is an error of its value, which is null: gqlgen answers it with status 500 and no data.
func TestPanics(t *testing.T) {
	server := newServer(&testserver.Resolver{})
	server.SetRecoverFunc(func(_ context.Context, err any) error { return fmt.Errorf("panic: %v", err) })
	server.SetErrorPresenter(func(ctx context.Context, err error) *gqlerror.Error {
		return &gqlerror.Error{Message: "presented: " + err.Error(), Path: graphql.GetPath(ctx)}
	})
	marshal := func(field string) string {
		return `{"errors":[{"message":"presented: input:1:12: panics.` + field + `[0] panic: BOOM","path":["panics","` + field + `",0]},` +
			`{"message":"presented: input:1:12: panics.` + field + `[1] panic: BOOM","path":["panics","` + field + `",1]}],"data":{"panics":null}}`
	}
	unmarshal := func(field string) string {
		return `{"errors":[{"message":"presented: input:1:12: panics.` + field + ` panic: BOOM","path":["panics","` + field + `"]}],"data":{"panics":null}}`
	}
	for _, q := range []question{
		{"panics in marshallers will not kill server", `{ panics { fieldScalarMarshal } }`, "", marshal("fieldScalarMarshal")},
		{"panics in unmarshalers will not kill server", `{ panics { argUnmarshal(u: ["a", "b"]) } }`, "", unmarshal("argUnmarshal")},
		{"panics in funcs unmarshal return errors", `{ panics { fieldFuncMarshal(u: ["a", "b"]) } }`, "", unmarshal("fieldFuncMarshal")},
		{"panics in funcs marshal return errors", `{ panics { fieldFuncMarshal(u: []) } }`, "", marshal("fieldFuncMarshal")},
	} {
		t.Run(q.name, func(t *testing.T) {
			if got := ask(t, server, q.query, ""); got != q.want {
				t.Errorf("%s\ngot  %s\nwant %s", q.query, got, q.want)
			}
		})
	}
}

func TestResponseExtension(t *testing.T) {
	server := newServer(&testserver.Resolver{})
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		graphql.RegisterExtension(ctx, "example", "value")
		return next(ctx)
	})
	if got, want := ask(t, server, `{ valid }`, ""), `{"data":{"valid":"Ok"},"extensions":{"example":"value"}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestComplexity(t *testing.T) {
	config := testserver.Config{Resolvers: &testserver.Resolver{}}
	config.Complexity.OverlappingFields.Foo = func(int) int { return 1000 }
	config.Complexity.OverlappingFields.NewFoo = func(int) int { return 5 }
	config.Complexity.Query.FieldWithDeprecatedArg = func(below int, oldArg, newArg *int) int { return below + *newArg }
	server := serve(testserver.NewExecutableSchema(config))
	server.Use(extension.FixedComplexityLimit(10))
	exceeded := func(cost int) string {
		return fmt.Sprintf(`{"errors":[{"message":"operation has complexity %d, which exceeds the limit of 10",`+
			`"extensions":{"code":"COMPLEXITY_LIMIT_EXCEEDED"}}],"data":null}`, cost)
	}
	for _, q := range []question{
		{"with high complexity limit will not run", `{ overlapping { oneFoo twoFoo oldFoo newFoo new_foo } }`, "", exceeded(2012)},
		{"with low complexity will run", `{ overlapping { newFoo } }`, "", `{"data":{"overlapping":{"newFoo":3}}}`},
		{"with multiple low complexity will not run", `{ a: overlapping { newFoo } b: overlapping { newFoo } c: overlapping { newFoo } }`, "", exceeded(18)},
		{"with arguments", `{ fieldWithDeprecatedArg(newArg: 11) }`, "", exceeded(11)},
	} {
		t.Run(q.name, func(t *testing.T) {
			if got := ask(t, server, q.query, ""); got != q.want {
				t.Errorf("%s\ngot  %s\nwant %s", q.query, got, q.want)
			}
		})
	}
	run(t, []question{
		{"TestComplexityCollisions", `{ overlapping { oneFoo twoFoo oldFoo newFoo new_foo } }`, "",
			`{"data":{"overlapping":{"oneFoo":2,"twoFoo":2,"oldFoo":2,"newFoo":3,"new_foo":3}}}`},
	})
}

func TestIntrospection(t *testing.T) {
	const disabled = `{"errors":[{"message":"introspection disabled","path":["__schema"],"locations":[{"line":1,"column":3}]}],"data":{"__schema":null}}`
	t.Run("disabled when creating your own server", func(t *testing.T) {
		if got := ask(t, newServer(&testserver.Resolver{}), `{ __schema { description } }`, ""); got != disabled {
			t.Error(got)
		}
	})
	t.Run("disabled by middleware", func(t *testing.T) {
		server := newServer(&testserver.Resolver{})
		server.Use(extension.Introspection{})
		server.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
			graphql.GetOperationContext(ctx).DisableIntrospection = true
			return next(ctx)
		})
		if got := ask(t, server, `{ __schema { description } }`, ""); got != disabled {
			t.Error(got)
		}
	})
	t.Run("enabled", func(t *testing.T) {
		server := newServer(&testserver.Resolver{})
		server.Use(extension.Introspection{})
		if got := ask(t, server, introspection.Query, ""); len(got) < 10_000 || got[:19] != `{"data":{"__schema"` {
			t.Errorf("%.200s", got)
		}
		for _, q := range []question{
			{"does not return empty deprecation strings", `{ __type(name: "Coordinates") { fields { name deprecationReason } } }`, "",
				`[{"name":"x","deprecationReason":null},{"name":"y","deprecationReason":null}]`},
			{"chained interface possibleTypes", `{ __type(name: "Animal") { possibleTypes { name } } }`, "",
				`{"name":"Dog"},{"name":"Cat"},{"name":"Horse"}`},
			{"deprecated arguments", `{ __type(name: "Query") { fields { name args { name deprecationReason } } } }`, "",
				`{"name":"fieldWithDeprecatedArg","args":[{"name":"oldArg","deprecationReason":"old"},{"name":"newArg","deprecationReason":null}]}`},
		} {
			t.Run(q.name, func(t *testing.T) {
				if got := ask(t, server, q.query, ""); !strings.Contains(got, q.want) {
					t.Errorf("%s\ngot  %s\nwant %s", q.query, got, q.want)
				}
			})
		}
	})
}
