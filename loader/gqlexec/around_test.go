package gqlexec_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// record is an AroundColumn that writes down what it is told, indented as the calls nest.
func record(calls *[]string) gqlexec.AroundColumn {
	depth := 0
	return func(ctx context.Context, info gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
		at := len(*calls)
		*calls = append(*calls, "")
		depth++
		result := next(ctx)
		depth--
		arrived := ""
		if info.Arrived {
			arrived = " arrived"
		}
		(*calls)[at] = fmt.Sprintf("%*s%s %s.%s %d%s, %d errors", depth, "", info.Path, info.Object, info.Field.Name, info.Rows, arrived, result.Errors)
	}
}

// A column is one call, a column of clumps two or more: one when they are asked for, and one for each wave that some arrive in.
func TestAroundColumn_Calls(t *testing.T) {
	fetch := loader.Fetch[int, *item](func(_ context.Context, keys []int) (map[int]loader.Result[*item], error) {
		found := make(map[int]loader.Result[*item])
		for _, k := range keys {
			switch {
			case k < 2:
				found[k] = loader.Result[*item]{Value: &item{k}}
			case k == 2:
				found[k] = loader.Result[*item]{Err: errors.New("no 2")}
			}
		}
		return found, nil
	})
	s := schema(fetch)
	var calls []string
	s.AroundColumn = record(&calls)
	response := execute(t.Context(), s, &graphql.RawParams{Query: `{ item { x: n next { n next { n } } } }`})
	if got, want := string(response.Data), `{"item":{"x":0,"next":{"n":1,"next":null}}}`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	want := []string{
		"item Query.item 1, 0 errors",
		"item Query.item 1 arrived, 0 errors",
		" item.x Item.n 1, 0 errors",
		" item.next Item.next 1, 0 errors",
		"item.next Item.next 1 arrived, 0 errors",
		" item.next.n Item.n 1, 0 errors",
		" item.next.next Item.next 1, 0 errors",
		"item.next.next Item.next 1 arrived, 1 errors",
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (want, got):\n%s", diff)
	}
}

func TestAroundColumn_OneCallForAllObjects(t *testing.T) {
	var batches [][]int
	var calls []string
	values := []any{&even{4}, &odd{1}, &even{2}, &odd{3}, &even{6}}
	s := numberSchema(numbers(&batches), values)
	s.AroundColumn = record(&calls)
	execute(t.Context(), s, &graphql.RawParams{Query: `{ numbers { n item { n } } }`})
	want := []string{
		"numbers Query.numbers 1, 0 errors",
		" numbers.n Even.n 3, 0 errors",
		" numbers.item Even.item 3, 0 errors",
		" numbers.n Odd.n 2, 0 errors",
		" numbers.item Odd.item 2, 0 errors",
		"numbers.item Even.item 3 arrived, 0 errors",
		" numbers.item.n Item.n 3, 0 errors",
		"numbers.item Odd.item 2 arrived, 0 errors",
		" numbers.item.n Item.n 2, 0 errors",
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (want, got):\n%s", diff)
	}
}

// The context that next gets is that of the resolvers, of this column and of those below it.
func TestAroundColumn_Context(t *testing.T) {
	var seen []string
	s := schema(nil)
	object := &gqlexec.Object[*item]{Name: "Item", Implements: []string{"Item"}}
	see := func(c *gqlexec.Column) {
		seen = append(seen, fmt.Sprintf("%v %v", c.Context().Value(tagKey{}), graphql.GetPath(c.Context())))
	}
	object.Fields = map[string]func(*gqlexec.Column, []*item){
		"n": func(c *gqlexec.Column, _ []*item) {
			see(c)
			gqlexec.Plain(c, func(int) (int, error) { return 0, nil }, gqlexec.Integers)
		},
	}
	s.Query.Fields["item"] = func(c *gqlexec.Column, _ []gqlexec.Root) {
		see(c)
		gqlexec.Plain(c, func(int) (*item, error) { return &item{}, nil },
			func(c gqlexec.Cells, values []*item) { gqlexec.Objects(c, values, object) })
	}
	s.AroundColumn = func(ctx context.Context, info gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
		outer, _ := ctx.Value(tagKey{}).(string)
		next(context.WithValue(ctx, tagKey{}, outer+"/"+info.Field.Name))
	}
	execute(t.Context(), s, &graphql.RawParams{Query: `{ item { n } }`})
	if want := []string{"/item item", "/item/n item.n"}; !slices.Equal(seen, want) {
		t.Errorf("seen %q, want %q", seen, want)
	}
}

func TestAroundColumn_WithoutNext(t *testing.T) {
	var batches [][]int
	s := schema(numbers(&batches))
	s.AroundColumn = func(ctx context.Context, info gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
		if info.Path != "b" {
			next(ctx)
		}
	}
	response := execute(t.Context(), s, &graphql.RawParams{Query: `{ item { n } b: item { n } }`})
	if got, want := string(response.Data), `{"item":{"n":0},"b":null}`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
}

// A hook that prints what a tracer would record: one span for a field and a wave, not one for each object.
func ExampleAroundColumn() {
	items := loader.FromMap(func(_ context.Context, keys []int) (map[int]*item, error) {
		found := make(map[int]*item)
		for _, k := range keys {
			found[k] = &item{k}
		}
		return found, nil
	})
	s := schema(items)
	s.AroundColumn = func(ctx context.Context, column gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
		result := next(ctx)
		if !column.Arrived {
			fmt.Printf("%s: %s.%s of %d objects, %d errors\n", column.Path, column.Object, column.Field.Name, column.Rows, result.Errors)
		}
	}
	execute(context.Background(), s, &graphql.RawParams{Query: `{ item { pair { number: n } } }`})
	// Output:
	// item: Query.item of 1 objects, 0 errors
	// item.pair: Item.pair of 1 objects, 0 errors
	// item.pair.number: Item.n of 2 objects, 0 errors
}
