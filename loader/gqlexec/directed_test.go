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

// number is a schema by hand with one field, of a type.
func number(typ string, field func(c *gqlexec.Column, _ []gqlexec.Root)) *gqlexec.Schema {
	s := schema(nil)
	s.Parsed = gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { n: ` + typ + ` }`})
	s.Query.Fields = map[string]func(*gqlexec.Column, []gqlexec.Root){"n": field}
	return s
}

func answer(t *testing.T, s *gqlexec.Schema) string {
	t.Helper()
	response := execute(t.Context(), s, &graphql.RawParams{Query: `{ n }`})
	return fmt.Sprintf("%s %v", response.Data, errorsOf(response))
}

// Directives get what the object has, or nil, and what they return is the answer.
func TestDirectedOptional(t *testing.T) {
	type getter func(context.Context, int) (int, bool, error)
	has := func(context.Context, int) (int, bool, error) { return 7, true, nil }
	lacks := func(context.Context, int) (int, bool, error) { return 8, false, nil }
	fails := func(context.Context, int) (int, bool, error) { return 9, true, errors.New("no") }
	panics := func(context.Context, int) (int, bool, error) { panic("no") }
	pass := func(ctx context.Context, _ int, next graphql.Resolver) (any, error) { return next(ctx) }
	orOne := func(ctx context.Context, _ int, next graphql.Resolver) (any, error) {
		if v, err := next(ctx); v != nil || err != nil {
			return v, err
		}
		return 1, nil
	}
	for name, c := range map[string]struct {
		typ       string
		get       getter
		directive gqlexec.Directives
		want      string
	}{
		"has":           {"Int!", has, pass, `{"n":7} []`},
		"lacks":         {"Int", lacks, pass, `{"n":null} []`},
		"lacks in !":    {"Int!", lacks, pass, `null [input:1:3: n must not be null]`},
		"made up for":   {"Int!", lacks, orOne, `{"n":1} []`},
		"not needed":    {"Int!", has, orOne, `{"n":7} []`},
		"fails":         {"Int", fails, orOne, `{"n":null} [input:1:3: n no]`},
		"panics":        {"Int", panics, pass, `{"n":null} [input:1:3: n internal system error]`},
		"not a number":  {"Int", has, func(context.Context, int, graphql.Resolver) (any, error) { return "text", nil }, `{"n":null} [input:1:3: n unexpected type string from middleware/directive chain, should be int]`},
		"another error": {"Int", has, func(context.Context, int, graphql.Resolver) (any, error) { return 7, errors.New("no") }, `{"n":null} [input:1:3: n no]`},
	} {
		t.Run(name, func(t *testing.T) {
			s := number(c.typ, func(col *gqlexec.Column, _ []gqlexec.Root) {
				gqlexec.DirectedOptional(col, c.directive, c.get, gqlexec.Integers[int])
			})
			for _, s.InlineDirectives = range []bool{false, true} {
				if got := answer(t, s); got != c.want {
					t.Errorf("inline %v: %s, want %s", s.InlineDirectives, got, c.want)
				}
			}
		})
	}
}

// What inline directives fetch is fetched at once: in the Scope of the request it would wait for them to end.
func TestInlineDirectives_fetch(t *testing.T) {
	source := loader.NewSource("numbers", loader.FromSingle(func(_ context.Context, n int) (int, error) { return n + 1, nil }))
	shared := false
	directive := func(ctx context.Context, _ int, _ graphql.Resolver) (any, error) {
		_, shared = loader.ScopeFrom(ctx)
		return source.Get(6).Require(ctx)
	}
	s := number("Int!", func(c *gqlexec.Column, _ []gqlexec.Root) {
		gqlexec.DirectedPlain(c, directive, func(context.Context, int) (int, error) { return 0, nil }, gqlexec.Integers)
	})
	for _, s.InlineDirectives = range []bool{false, true} {
		if got := answer(t, s); got != `{"n":7} []` || shared == s.InlineDirectives {
			t.Errorf("inline %v: %s, in the Scope: %v", s.InlineDirectives, got, shared)
		}
	}
}
