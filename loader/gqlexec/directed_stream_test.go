package gqlexec_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// directedStream is a schema by hand with a subscription to numbers, of a type, whose field has a directive.
func directedStream(typ string, directive gqlexec.Directives, subscribe func(context.Context) (<-chan int, error)) *gqlexec.Schema {
	s := schema(loader.FromMap(func(context.Context, []int) (map[int]*item, error) { return nil, nil }))
	s.Parsed = gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { n: Int } type Subscription { n: ` + typ + ` }`})
	s.Subscription = &gqlexec.Object[gqlexec.Root]{
		Name: "Subscription", Implements: []string{"Subscription"},
		Fields: map[string]func(*gqlexec.Column, []gqlexec.Root){
			"n": func(c *gqlexec.Column, _ []gqlexec.Root) {
				gqlexec.DirectedSubscribe(c, directive, subscribe, gqlexec.Integers[int])
			},
		},
	}
	return s
}

// A directive may hand a context to the resolver, answer another channel, none, or fail; it runs once.
func TestDirectedSubscribe(t *testing.T) {
	type key struct{}
	for name, c := range map[string]struct {
		typ       string
		directive func(ctx context.Context, next graphql.Resolver) (any, error)
		want      string
	}{
		"passes on": {"Int!", func(ctx context.Context, next graphql.Resolver) (any, error) {
			return next(context.WithValue(ctx, key{}, 7))
		}, `{"n":7} []`},
		"fails":                {"Int", func(context.Context, graphql.Resolver) (any, error) { return nil, errors.New("no") }, `null [input:1:16: n no]`},
		"panics":               {"Int", func(context.Context, graphql.Resolver) (any, error) { panic("no") }, `null [input:1:16: n internal system error]`},
		"answers nothing":      {"Int", func(context.Context, graphql.Resolver) (any, error) { return nil, nil }, ``},
		"answers nothing in !": {"Int!", func(context.Context, graphql.Resolver) (any, error) { return nil, nil }, `null [input:1:16: n must not be null]`},
		"tells why": {"Int!", func(ctx context.Context, _ graphql.Resolver) (any, error) {
			graphql.AddErrorf(ctx, "told")
			return nil, nil
		}, `null [input: n told]`},
		"answers another type": {"Int", func(context.Context, graphql.Resolver) (any, error) { return "text", nil },
			`null [input:1:16: n unexpected type string from middleware/directive chain, should be <-chan int]`},
		"answers another channel": {"Int", func(context.Context, graphql.Resolver) (any, error) {
			other := make(chan int, 1)
			other <- 9
			return (<-chan int)(other), nil
		}, `{"n":9} []`},
	} {
		t.Run(name, func(t *testing.T) {
			calls := 0
			directive := func(ctx context.Context, _ int, next graphql.Resolver) (any, error) {
				calls++
				return c.directive(ctx, next)
			}
			handler, ctx := begin(t.Context(), t, directedStream(c.typ, directive, func(ctx context.Context) (<-chan int, error) {
				events := make(chan int, 2)
				events <- ctx.Value(key{}).(int)
				return events, nil
			}), `subscription { n }`)
			got := ""
			if response := handler(ctx); response != nil {
				if response.Data == nil {
					response.Data = []byte("null")
				}
				got = fmt.Sprintf("%s %v", response.Data, errorsOf(response))
			}
			if got != c.want || calls != 1 {
				t.Errorf("%s, %d calls, want %s", got, calls, c.want)
			}
		})
	}
}

func errorsOf(response *graphql.Response) (errs []error) {
	for _, e := range response.Errors {
		errs = append(errs, e)
	}
	return errs
}
