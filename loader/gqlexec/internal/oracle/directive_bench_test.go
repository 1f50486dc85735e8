package oracle_test

import (
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
)

// BenchmarkDirectives is the cost of a field for thirty objects: with a directive around a plain field, around a clump, and without any.
func BenchmarkDirectives(b *testing.B) {
	for _, field := range []string{"plain", "clump", "next { __typename }", "__typename"} {
		query := `{ directed(ids: [` + allDirected() + `]) { ` + field + ` } }`
		for name, schema := range map[string]graphql.ExecutableSchema{
			"ours": oursSchema(), "inline": inlineSchema(), "stock": stockSchema(),
		} {
			b.Run(field+"/"+name, func(b *testing.B) { benchmarkQuery(b, schema, query) })
		}
	}
}

func benchmarkQuery(b *testing.B, schema graphql.ExecutableSchema, query string) {
	e := executor.New(schema)
	e.SetQueryCache(graphql.MapCache[*ast.QueryDocument]{})
	b.ReportAllocs()
	for b.Loop() {
		ctx := graphql.StartOperationTrace(b.Context())
		operation, errs := e.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
		if len(errs) > 0 {
			b.Fatal(errs)
		}
		handler, ctx := e.DispatchOperation(ctx, operation)
		if response := handler(ctx); len(response.Data) == 0 {
			b.Fatal(response.Errors)
		}
	}
}
