package oracle_test

import (
	"context"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver/nullabledirectives"
)

// The cases of graphql-js' suite subscribe, under their names. An answer is that of an event; behind the last one the stream has ended. What is
// refused before execution has gqlparser's messages.
func TestGraphQLJS_Subscribe(t *testing.T) {
	const (
		initialize = "Subscription Initialization Phase/"
		publish    = "Subscription Publish Phase/"
	)
	for name, c := range map[string]struct {
		query, variables string
		want             []string
	}{
		initialize + "accepts multiple subscription fields defined in schema":     {`subscription { number(ids: [1]) }`, "", []string{`{"number":1}`}},
		initialize + "accepts type definition with sync subscribe function":       {`subscription { node(ids: [1]) { id } }`, "", []string{`{"node":{"id":"1"}}`}},
		initialize + "should only resolve the first field of invalid multi-field": {`subscription { number(ids: [1]) node(ids: [1]) { id } }`, "", []string{"refused"}}, // none
		initialize + "resolves to an error for unknown subscription field":        {`subscription { unknownField }`, "", []string{"refused"}},
		initialize + "should pass through unexpected errors thrown in subscribe":  {`subscription { number(ids: [-1]) }`, "", []string{" | number: panic @1:16"}},
		initialize + "resolves to an error for subscription resolver errors":      {`subscription { number(ids: []) }`, "", []string{" | number: nothing to stream @1:16"}},
		initialize + "resolves to an error if variables were wrong type":          {`subscription ($ids: [Int!]!) { number(ids: $ids) }`, `{"ids": "meow"}`, []string{"refused"}},
		publish + "produces a payload when queried fields are async":              {`subscription { node(ids: [1]) { fetchedName(upper: false) next { next { number } } } }`, "", []string{`{"node":{"fetchedName":"node \"1\"\n\t\\ é \u0001","next":{"next":{"number":3}}}}`}},
		publish + "produces a payload per subscription event":                     {`subscription { node(ids: [1, 2]) { id next { id } } }`, "", []string{`{"node":{"id":"1","next":{"id":"2"}}}`, `{"node":{"id":"2","next":{"id":"3"}}}`}},
		publish + "produces a payload when there are multiple events":             {`subscription { number(ids: [1, 1]) }`, "", []string{`{"number":1}`, `{"number":1}`}},
		publish + "event order is correct for multiple publishes":                 {`subscription { number(ids: [3, 1, 2]) }`, "", []string{`{"number":3}`, `{"number":1}`, `{"number":2}`}},
		publish + "should handle error during execution of source event":          {`subscription { node(ids: [1, 9, 2]) { strictName } }`, "", []string{`{"node":{"strictName":"label 1"}}`, `{"node":null} | node.strictName: strictly no name for 9 @1:39`, `{"node":{"strictName":"label 2"}}`}},
	} {
		t.Run("subscribe/"+name, func(t *testing.T) {
			params := &graphql.RawParams{Query: c.query, Variables: variables(t, c.variables)}
			if c.want[0] == "refused" {
				expect(t, oursSchema(), params, "refused")
				return
			}
			var got []string
			for _, a := range follow(t, oursSchema(), c.query, params.Variables) {
				got = append(got, strings.Join(append([]string{a.Data}, a.Errors...), " | "))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("%s: %q, want %q", c.query, got, c.want)
			}
		})
	}
	for operation, name := range map[string]string{
		"subscription": "subscribe/" + initialize + "resolves to an error if schema does not support subscriptions",
		"mutation":     "executor/resolves to an error if schema does not support operation",
	} {
		t.Run(name, func(t *testing.T) {
			schema := nullabledirectives.NewExecutableSchema(nullabledirectives.Config{})
			expect(t, schema, &graphql.RawParams{Query: operation + " { __typename }"}, "refused")
		})
	}
}

// Two subscriptions to the same each have all events, and one that is done has none of those that are left.
func TestGraphQLJS_SubscribePublish(t *testing.T) {
	const query = `subscription { node(ids: [1, 2, 3]) { next { id } } }`
	wants := func(t *testing.T, next func() string, want ...string) {
		t.Helper()
		for _, id := range want {
			want := id
			if id != "end" {
				want = `{"node":{"next":{"id":"` + id + `"}}}`
			}
			if got := next(); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}
	t.Run("subscribe/Subscription Publish Phase/produces a payload for multiple subscribe in same subscription", func(t *testing.T) {
		one, other := subscribed(t.Context(), t, query), subscribed(t.Context(), t, query)
		wants(t, one, "2", "3")
		wants(t, other, "2", "3", "4", "end")
		wants(t, one, "4", "end")
	})
	t.Run("subscribe/Subscription Publish Phase/should not trigger when subscription is already done", func(t *testing.T) {
		ctx, done := context.WithCancel(t.Context())
		next := subscribed(ctx, t, query)
		wants(t, next, "2")
		done()
		wants(t, next, "end", "end")
	})
}

// subscribed begins a subscription and returns what waits for the data of its next event.
func subscribed(ctx context.Context, t *testing.T, query string) (next func() string) {
	t.Helper()
	e := executor.New(oursSchema())
	ctx = graphql.StartOperationTrace(ctx)
	operation, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	if errs != nil {
		t.Fatal(errs)
	}
	handler, ctx := e.DispatchOperation(ctx, operation)
	return func() string {
		response := handler(ctx)
		if response == nil {
			return "end"
		}
		return string(response.Data)
	}
}
