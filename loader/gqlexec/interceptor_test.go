package gqlexec_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/apollotracing"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/clumpql/clumpql/loader/gqlexec"
)

// ask executes a query with gqlgen's executor, as install has set it up.
func ask(ctx context.Context, s *gqlexec.Schema, query string, install func(*executor.Executor)) *graphql.Response {
	e := executor.New(s)
	install(e)
	ctx = graphql.StartOperationTrace(ctx)
	operation, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query, ReadTime: graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}})
	if len(errs) > 0 {
		return e.DispatchError(graphql.WithOperationContext(ctx, operation), errs)
	}
	handler, ctx := e.DispatchOperation(ctx, operation)
	return handler(ctx)
}

// around is a root field interceptor by a function.
func around(f graphql.RootFieldMiddleware) func(*executor.Executor) {
	return func(e *executor.Executor) { e.AroundRootFields(f) }
}

// counter is an extension that intercepts all but fields, and writes down when.
type counter struct{ calls []string }

func (*counter) ExtensionName() string                   { return "counter" }
func (*counter) Validate(graphql.ExecutableSchema) error { return nil }

func (c *counter) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	c.calls = append(c.calls, "operation")
	return next(ctx)
}

func (c *counter) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	c.calls = append(c.calls, "response")
	defer func() { c.calls = append(c.calls, "responded") }()
	return next(ctx)
}

func (c *counter) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	f := graphql.GetRootFieldContext(ctx)
	c.calls = append(c.calls, f.Field.Alias)
	answer := next(ctx)
	var json bytes.Buffer
	answer.MarshalGQL(&json)
	c.calls = append(c.calls, f.Object+" "+json.String())
	return answer
}

func TestSchema_InterceptorsOfAQuery(t *testing.T) {
	var batches [][]int
	c := &counter{}
	response := ask(t.Context(), schema(numbers(&batches)), `{ __typename a: item { n } b: item { next { n } } }`, func(e *executor.Executor) { e.Use(c) })
	if got, want := string(response.Data), `{"__typename":"Query","a":{"n":0},"b":{"next":{"n":1}}}`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	want := []string{"operation", "response", "a", "b", `item {"next":{"n":1}}`, `item {"n":0}`, "responded"}
	if diff := cmp.Diff(want, c.calls); diff != "" {
		t.Errorf("calls (want, got):\n%s", diff)
	}
	if diff := cmp.Diff([][]int{{0}, {1}}, batches); diff != "" {
		t.Errorf("one Scope for both (want, got):\n%s", diff)
	}
}

func TestSchema_InterceptorsOfAMutation(t *testing.T) {
	var batches [][]int
	c := &counter{}
	response := ask(t.Context(), schema(numbers(&batches)), `mutation { a: item { n } b: item { n } }`, func(e *executor.Executor) { e.Use(c) })
	if got, want := string(response.Data), `{"a":{"n":0},"b":{"n":0}}`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	want := []string{"operation", "response", "a", `item {"n":0}`, "b", `item {"n":0}`, "responded"}
	if diff := cmp.Diff(want, c.calls); diff != "" {
		t.Errorf("calls (want, got):\n%s", diff)
	}
	if diff := cmp.Diff([][]int{{0}, {0}}, batches); diff != "" {
		t.Errorf("a Scope for each (want, got):\n%s", diff)
	}
}

// What interceptors answer, for queries and mutations of one nullable field a among two.
func TestSchema_RootFieldInterceptorAnswers(t *testing.T) {
	only := func(alias string, f graphql.RootFieldMiddleware) graphql.RootFieldMiddleware {
		return func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			if graphql.GetRootFieldContext(ctx).Field.Alias != alias {
				return next(ctx)
			}
			return f(ctx, next)
		}
	}
	cases := map[string]struct {
		f      graphql.RootFieldMiddleware
		data   string
		errors []string
	}{
		"Skips": {func(context.Context, graphql.RootResolver) graphql.Marshaler { return graphql.Null }, `null`, nil},
		"Replaces": {func(context.Context, graphql.RootResolver) graphql.Marshaler {
			return graphql.MarshalString("other")
		}, `"other"`, nil},
		"Wraps": {func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			answer := next(ctx)
			return graphql.WriterFunc(func(w io.Writer) {
				_, _ = io.WriteString(w, `[`)
				answer.MarshalGQL(w)
				_, _ = io.WriteString(w, `]`)
			})
		}, `[{"n":0}]`, nil},
		"ForgetsTheAnswer": {func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			next(ctx)
			return graphql.Null
		}, `null`, nil},
		"TriesAgain": {func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			next(ctx)
			return next(ctx)
		}, `{"n":0}`, nil},
		"InAGoroutine": {func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			answers := make(chan graphql.Marshaler)
			go func() { answers <- next(ctx) }()
			return <-answers
		}, `{"n":0}`, nil},
		"AddsAnError": {func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			graphql.AddErrorf(ctx, "not today")
			return graphql.Null
		}, `null`, []string{": not today"}},
		"PanicsBefore": {func(context.Context, graphql.RootResolver) graphql.Marshaler { panic("early") }, `null`, []string{"a: early"}},
		"PanicsAfter": {func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			next(ctx)
			panic("late")
		}, `null`, []string{"a: late"}},
		"AnswersNothing": {func(context.Context, graphql.RootResolver) graphql.Marshaler { return nil }, `null`, nil},
	}
	for name, c := range cases {
		for _, kind := range []string{"query", "mutation"} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				var batches [][]int
				response := ask(t.Context(), schema(numbers(&batches)), kind+` { first: item { n } a: item { n } last: item { n next { n } } }`, func(e *executor.Executor) {
					e.SetRecoverFunc(func(_ context.Context, v any) error { return fmt.Errorf("%v", v) })
					e.AroundRootFields(only("a", c.f))
				})
				want := `{"first":{"n":0},"a":` + c.data + `,"last":{"n":0,"next":{"n":1}}}`
				if got := string(response.Data); got != want {
					t.Errorf("data %s, want %s", got, want)
				}
				var got []string
				for _, err := range response.Errors {
					got = append(got, err.Path.String()+": "+err.Message)
				}
				if diff := cmp.Diff(c.errors, got); diff != "" {
					t.Errorf("errors (want, got):\n%s", diff)
				}
			})
		}
	}
}

type tagKey struct{}

// The context that an interceptor gives a field reaches all below it, errors included, and no other field.
func TestSchema_RootFieldInterceptorContext(t *testing.T) {
	var tags []string
	s := schema(nil)
	column := func(c *gqlexec.Column, _ []gqlexec.Root) {
		gqlexec.Plain(c, func(int) (int, error) {
			tag, _ := c.Context().Value(tagKey{}).(string)
			tags = append(tags, tag)
			return 0, errors.New("fails for " + tag)
		}, gqlexec.Integers)
	}
	s.Query.Fields["item"], s.Mutation.Fields["item"] = column, column
	for _, kind := range []string{"query", "mutation"} {
		tags = nil
		var presented []string
		ask(t.Context(), s, kind+` { a: item { n } b: item { n } }`, func(e *executor.Executor) {
			around(func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
				return next(context.WithValue(ctx, tagKey{}, graphql.GetRootFieldContext(ctx).Field.Alias))
			})(e)
			e.SetErrorPresenter(func(ctx context.Context, err error) *gqlerror.Error {
				presented = append(presented, ctx.Value(tagKey{}).(string))
				return graphql.DefaultErrorPresenter(ctx, err)
			})
		})
		if want := []string{"a", "b"}; !slices.Equal(tags, want) || !slices.Equal(presented, want) {
			t.Errorf("%s: resolved for %v, presented for %v", kind, tags, presented)
		}
	}
}

// A request that ends has no data, whatever interceptors answer.
func TestSchema_RootFieldInterceptorOfARequestThatEnds(t *testing.T) {
	for _, kind := range []string{"query", "mutation"} {
		ctx, cancel := context.WithCancel(t.Context())
		var batches [][]int
		calls := 0
		response := ask(ctx, schema(numbers(&batches)), kind+` { a: item { n } b: item { n } }`, around(
			func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
				cancel()
				calls++
				next(ctx)
				return graphql.MarshalString("late")
			}))
		if string(response.Data) != "null" || len(response.Errors) != 1 || len(batches) > 0 {
			t.Errorf("%s: %s %v after %d calls, fetched %v", kind, response.Data, response.Errors, calls, batches)
		}
	}
}

func TestSchema_ComplexityLimit(t *testing.T) {
	var batches [][]int
	limit := func(n int) func(*executor.Executor) {
		return func(e *executor.Executor) { e.Use(extension.FixedComplexityLimit(n)) }
	}
	if response := ask(t.Context(), schema(numbers(&batches)), `{ item { n next { n } } }`, limit(3)); len(response.Errors) != 1 || len(batches) > 0 {
		t.Errorf("a query of complexity 4 is let pass: %v", response.Errors)
	}
	if response := ask(t.Context(), schema(numbers(&batches)), `{ item { n next { n } } }`, limit(4)); len(response.Errors) > 0 {
		t.Errorf("errors %v", response.Errors)
	}
}

// An extension that intercepts fields is not ignored in silence.
func TestSchema_FieldInterceptorIsRefused(t *testing.T) {
	var batches [][]int
	s := schema(numbers(&batches))
	tracing := func(e *executor.Executor) { e.Use(apollotracing.Tracer{}) }
	response := ask(t.Context(), s, `{ item { n } }`, tracing)
	if len(response.Errors) != 1 || !strings.Contains(response.Errors[0].Message, "AroundColumn") || len(batches) > 0 {
		t.Errorf("errors %v", response.Errors)
	}
	s.IgnoreFieldInterceptors = true
	response = ask(t.Context(), s, `{ item { n } }`, tracing)
	if len(response.Errors) > 0 || response.Extensions["tracing"] == nil || string(response.Data) != `{"item":{"n":0}}` {
		t.Errorf("response %s %v, extensions %v", response.Data, response.Errors, response.Extensions)
	}
}
