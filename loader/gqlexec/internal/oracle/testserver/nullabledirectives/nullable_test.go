package nullabledirectives_test

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver/nullabledirectives"
)

type resolver struct{}

func (resolver) Query() nullabledirectives.QueryResolver { return resolver{} }

func (resolver) DirectiveSingleNullableArg(_ context.Context, arg1 *string) loader.Clump[*string] {
	return loader.Value(arg1)
}

func TestDirectives(t *testing.T) {
	schema := nullabledirectives.NewExecutableSchema(nullabledirectives.Config{Resolvers: resolver{}, Directives: nullabledirectives.DirectiveRoot{
		Noop: func(ctx context.Context, _ any, next graphql.Resolver) (any, error) { return next(ctx) },
		Populate: func(ctx context.Context, _ any, next graphql.Resolver, value string) (any, error) {
			if given, err := next(ctx); given.(*string) != nil || err != nil {
				return given, err
			}
			return &value, nil
		},
	}})
	for name, c := range map[string]struct{ query, want string }{
		"directive is called with null arguments": {`{ directiveSingleNullableArg }`, `{"directiveSingleNullableArg":"test"}`},
		"null":  {`{ directiveSingleNullableArg(arg1: null) }`, `{"directiveSingleNullableArg":"test"}`},
		"given": {`{ directiveSingleNullableArg(arg1: "given") }`, `{"directiveSingleNullableArg":"given"}`},
	} {
		t.Run(name, func(t *testing.T) {
			e := executor.New(schema)
			ctx := graphql.StartOperationTrace(t.Context())
			operation, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: c.query})
			if len(errs) > 0 {
				t.Fatal(errs)
			}
			respond, ctx := e.DispatchOperation(ctx, operation)
			if response := respond(ctx); string(response.Data) != c.want || len(response.Errors) > 0 {
				t.Errorf("%s %v, want %s", response.Data, response.Errors, c.want)
			}
		})
	}
}
