package gqlexec_test

import (
	"context"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// The object types of an interface: even and odd numbers, each with a field that is a fetch away.
type (
	even struct{ n int }
	odd  struct{ n int }
)

// numberSchema is a schema by hand, as the generator would write it: values are what its list holds.
func numberSchema(fetch loader.Fetch[int, *item], values []any) *gqlexec.Schema {
	items := loader.NewSource("items", fetch)
	itemObject := &gqlexec.Object[*item]{Name: "Item", Implements: []string{"Item"}}
	itemObject.Fields = map[string]func(*gqlexec.Column, []*item){"n": plain(func(i *item) int { return i.n })}
	evens := &gqlexec.Object[*even]{Name: "Even", Implements: []string{"Even", "Number"}, Fields: map[string]func(*gqlexec.Column, []*even){
		"n":    plain(func(e *even) int { return e.n }),
		"item": resolved(itemObject, func(e *even) loader.Clump[*item] { return items.Get(e.n / 2) }),
	}}
	odds := &gqlexec.Object[*odd]{Name: "Odd", Implements: []string{"Odd", "Number"}, Fields: map[string]func(*gqlexec.Column, []*odd){
		"n":    plain(func(o *odd) int { return o.n }),
		"item": resolved(itemObject, func(o *odd) loader.Clump[*item] { return items.Get(o.n) }),
	}}
	abstract := func(c gqlexec.Cells, values []any) {
		var (
			evenGroup gqlexec.Group[*even]
			oddGroup  gqlexec.Group[*odd]
		)
		for i, v := range values {
			switch v := v.(type) {
			case nil:
				c.Null(i)
			case *even:
				evenGroup.Add(c, i, v, v == nil)
			case *odd:
				oddGroup.Add(c, i, v, v == nil)
			default:
				c.Unknown(i, v, "Number")
			}
		}
		evenGroup.Execute(c, evens)
		oddGroup.Execute(c, odds)
	}
	numbers := func(c *gqlexec.Column, _ []gqlexec.Root) {
		gqlexec.Plain(c, func(int) ([]any, error) { return values, nil }, func(c gqlexec.Cells, v [][]any) { gqlexec.Lists(c, v, abstract) })
	}
	return &gqlexec.Schema{
		Parsed: gqlparser.MustLoadSchema(&ast.Source{Input: `
			type Query { numbers: [Number]! }
			interface Number { n: Int item: Item }
			type Even implements Number { n: Int! item: Item }
			type Odd implements Number { n: Int item: Item! }
			type Item { n: Int! }`}),
		Query: &gqlexec.Object[gqlexec.Root]{
			Name: "Query", Implements: []string{"Query"}, Fields: map[string]func(*gqlexec.Column, []gqlexec.Root){"numbers": numbers},
		},
	}
}

func plain[T any](get func(T) int) func(*gqlexec.Column, []T) {
	return func(c *gqlexec.Column, rows []T) {
		gqlexec.Plain(c, func(i int) (int, error) { return get(rows[i]), nil }, gqlexec.Integers)
	}
}

func resolved[T, V any](object *gqlexec.Object[*V], get func(T) loader.Clump[*V]) func(*gqlexec.Column, []T) {
	return func(c *gqlexec.Column, rows []T) {
		gqlexec.Resolve(c, func(i int) loader.Clump[*V] { return get(rows[i]) },
			func(c gqlexec.Cells, values []*V) { gqlexec.Objects(c, values, object) })
	}
}

// The objects of all types ask in the same wave: one batch.
func TestGroup_OneBatchForAllTypes(t *testing.T) {
	var batches [][]int
	values := []any{&odd{1}, &even{4}, nil, &odd{3}, (*even)(nil), &even{2}}
	response := execute(t.Context(), numberSchema(numbers(&batches), values), &graphql.RawParams{
		Query: `{ numbers { item { n } ... on Odd { __typename n } ... on Even { n2: n } } }`,
	})
	want := `{"numbers":[{"item":{"n":1},"__typename":"Odd","n":1},{"item":{"n":2},"n2":4},null,` +
		`{"item":{"n":3},"__typename":"Odd","n":3},null,{"item":{"n":1},"n2":2}]}`
	if got := string(response.Data); got != want || len(response.Errors) > 0 {
		t.Errorf("data %s, errors %v, want %s", got, response.Errors, want)
	}
	if diff := cmp.Diff([][]int{{1, 2, 3}}, batches); diff != "" {
		t.Errorf("batches (want, got):\n%s", diff)
	}
}

// What the interface leaves nullable and the object type does not makes the object null, and nothing else.
func TestGroup_NullabilityOfTheObjectType(t *testing.T) {
	finds := loader.FromMap(func(_ context.Context, keys []int) (map[int]*item, error) { return map[int]*item{2: {2}}, nil })
	values := []any{&even{4}, &even{2}, &odd{1}}
	response := execute(t.Context(), numberSchema(finds, values), &graphql.RawParams{Query: `{ numbers { item { n } } }`})
	if got, want := string(response.Data), `{"numbers":[{"item":{"n":2}},{"item":null},null]}`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	if len(response.Errors) != 1 || response.Errors[0].Path.String() != "numbers[2].item" {
		t.Errorf("errors %v, want one at numbers[2].item", response.Errors)
	}
}

func TestGroup_UnknownGoType(t *testing.T) {
	response := execute(t.Context(), numberSchema(nil, []any{&even{4}, item{}}), &graphql.RawParams{Query: `{ numbers { n } }`})
	if got, want := string(response.Data), `{"numbers":[{"n":4},null]}`; got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	if len(response.Errors) != 1 || !strings.Contains(response.Errors[0].Message, "gqlexec_test.item is none of the object types of Number") ||
		response.Errors[0].Path.String() != "numbers[1]" {
		t.Errorf("errors %v", response.Errors)
	}
}

// Fields are collected once for each type, so that objects cost no allocations of their own.
func TestGroup_NoAllocationsPerObject(t *testing.T) {
	allocations := func(objects int) float64 {
		values := make([]any, objects)
		for i := range values {
			values[i] = &even{i}
			if i%2 == 1 {
				values[i] = &odd{i}
			}
		}
		s := numberSchema(nil, values)
		return testing.AllocsPerRun(5, func() {
			execute(t.Context(), s, &graphql.RawParams{Query: `{ numbers { __typename n ... on Odd { m: n } ... on Number { n } } }`})
		})
	}
	if few, many := allocations(10), allocations(10_000); many > few+500 {
		t.Errorf("%v allocations for 10 objects and %v for 10,000", few, many)
	}
}
