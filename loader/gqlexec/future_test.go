package gqlexec_test

import (
	"context"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// What f gets is the resolver's context: the field and what is selected of it, and what interceptors have added.
func TestFuture_ResolverContext(t *testing.T) {
	s := schema(nil)
	object := &gqlexec.Object[*item]{Name: "Item", Implements: []string{"Item"}, Fields: map[string]func(*gqlexec.Column, []*item){
		"n": func(c *gqlexec.Column, rows []*item) {
			gqlexec.Plain(c, func(i int) (int, error) { return rows[i].n, nil }, gqlexec.Integers)
		},
	}}
	type seen struct {
		Root, Column any
		Field        string
		Selected     []string
		Path         string
	}
	var got seen
	s.Query.Fields["item"] = func(c *gqlexec.Column, _ []gqlexec.Root) {
		gqlexec.Resolve(c, func(int) loader.Clump[*item] {
			return gqlexec.Future(c.Context(), func(ctx context.Context) (*item, error) {
				got = seen{
					Root: ctx.Value(tagKey{}), Column: ctx.Value(columnKey{}),
					Field: graphql.GetFieldContext(ctx).Field.Alias, Selected: graphql.CollectAllFields(ctx), Path: graphql.GetPath(ctx).String(),
				}
				return &item{1}, nil
			})
		}, func(c gqlexec.Cells, values []*item) { gqlexec.Objects(c, values, object) })
	}
	s.AroundColumn = func(ctx context.Context, _ gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
		next(context.WithValue(ctx, columnKey{}, "of the column"))
	}
	response := ask(t.Context(), s, `{ a: item { n ... on Item { b: n } } }`, func(e *executor.Executor) {
		around(func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
			return next(context.WithValue(ctx, tagKey{}, "of the root"))
		})(e)
	})
	if data := string(response.Data); data != `{"a":{"n":1,"b":1}}` {
		t.Errorf("data %s", data)
	}
	if diff := cmp.Diff(seen{"of the root", "of the column", "a", []string{"n"}, "a"}, got); diff != "" {
		t.Errorf("in the Future (want, got):\n%s", diff)
	}
}

type columnKey struct{}

// It ends with the execution that waits for it, also where the resolver's context goes on.
func TestFuture_Ends(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	clump := gqlexec.Future(t.Context(), func(ctx context.Context) (int, error) {
		cancel()
		<-ctx.Done()
		ended <- ctx.Err()
		return 0, nil
	})
	if _, _, err := clump.Get(loader.WithScope(ctx, loader.NewScope())); err == nil {
		t.Error("no error")
	}
	if err := <-ended; err == nil {
		t.Error("the context of f has no error")
	}
}
