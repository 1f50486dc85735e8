package gqlexec_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// item is an object with one field that is a fetch away: the item whose number is one more.
type item struct{ n int }

// schema is a schema by hand, as the generator would write it, over one source.
func schema(fetch loader.Fetch[int, *item], opts ...loader.SourceOption) *gqlexec.Schema {
	items := loader.NewSource("items", fetch, opts...)
	object := &gqlexec.Object[*item]{Name: "Item", Implements: []string{"Item"}}
	complete := func(c gqlexec.Cells, values []*item) { gqlexec.Objects(c, values, object) }
	object.Fields = map[string]func(*gqlexec.Column, []*item){
		"n": func(c *gqlexec.Column, rows []*item) {
			gqlexec.Plain(c, func(i int) (int, error) { return rows[i].n, nil }, gqlexec.Integers)
		},
		"next": func(c *gqlexec.Column, rows []*item) {
			gqlexec.Resolve(c, func(i int) loader.Clump[*item] { return items.Get(rows[i].n + 1) }, complete)
		},
		"pair": func(c *gqlexec.Column, rows []*item) {
			pair := func(i int) loader.Clump[[]*item] { return items.GetAll([]int{rows[i].n + 1, rows[i].n + 2}) }
			gqlexec.Resolve(c, pair, func(c gqlexec.Cells, values [][]*item) { gqlexec.Lists(c, values, complete) })
		},
	}
	root := func(name string) *gqlexec.Object[gqlexec.Root] {
		item := func(c *gqlexec.Column, _ []gqlexec.Root) {
			gqlexec.Resolve(c, func(int) loader.Clump[*item] { return items.Get(0) }, complete)
		}
		return &gqlexec.Object[gqlexec.Root]{
			Name: name, Implements: []string{name},
			Fields: map[string]func(*gqlexec.Column, []gqlexec.Root){"item": item},
		}
	}
	return &gqlexec.Schema{
		Parsed: gqlparser.MustLoadSchema(&ast.Source{Input: `
			type Query { item: Item }
			type Mutation { item: Item }
			type Item { n: Int! next: Item pair: [Item!]! }`}),
		Query:    root("Query"),
		Mutation: root("Mutation"),
	}
}

// numbers fetches any item, and records the batches.
func numbers(batches *[][]int) loader.Fetch[int, *item] {
	return loader.FromMap(func(_ context.Context, keys []int) (map[int]*item, error) {
		*batches = append(*batches, slices.Sorted(slices.Values(keys)))
		found := make(map[int]*item, len(keys))
		for _, k := range keys {
			found[k] = &item{k}
		}
		return found, nil
	})
}

func execute(ctx context.Context, s *gqlexec.Schema, params *graphql.RawParams) *graphql.Response {
	e := executor.New(s)
	e.Use(gqlexec.Explain{})
	ctx = graphql.StartOperationTrace(ctx)
	operation, errs := e.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		return &graphql.Response{Errors: errs}
	}
	handler, ctx := e.DispatchOperation(ctx, operation)
	return handler(ctx)
}

// Fields of different depth and place in the query ask in the same wave: one batch.
func TestSchema_OneBatchAWave(t *testing.T) {
	var batches [][]int
	query := `{ item { n a: next { n next { n } } pair { n next { n } } } again: item { n } }`
	response := execute(t.Context(), schema(numbers(&batches)), &graphql.RawParams{Query: query})
	want := `{"item":{"n":0,"a":{"n":1,"next":{"n":2}},"pair":[{"n":1,"next":{"n":2}},{"n":2,"next":{"n":3}}]},"again":{"n":0}}`
	if got := string(response.Data); got != want {
		t.Errorf("data %s, want %s", got, want)
	}
	if diff := cmp.Diff([][]int{{0}, {1, 2}, {3}}, batches); diff != "" {
		t.Errorf("batches (want, got):\n%s", diff)
	}
}

func TestExplain_Asked(t *testing.T) {
	cases := map[string]*graphql.RawParams{
		"by header":    {Headers: http.Header{"X-Clump-Explain": {"1"}}},
		"by extension": {Extensions: map[string]any{"clump": map[string]any{"explain": true}}},
	}
	for name, params := range cases {
		t.Run(name, func(t *testing.T) {
			var batches [][]int
			params.Query = `{ item { next { n } pair { n } } }`
			got, ok := execute(t.Context(), schema(numbers(&batches)), params).Extensions["clump"].(gqlexec.Explanation)
			want := gqlexec.Explanation{Waves: 2, CacheHits: 1, Fetches: []gqlexec.Fetched{
				{Source: "items", Wave: 1, Keys: 1, Attempts: 1, Paths: []string{"item"}},
				{Source: "items", Wave: 2, Keys: 2, Attempts: 1, Paths: []string{"item.next", "item.pair"}},
			}}
			times := cmpopts.IgnoreFields(gqlexec.Fetched{}, "StartMicros", "DurationMicros")
			if diff := cmp.Diff(want, got, times); !ok || diff != "" {
				t.Errorf("explanation (want, got):\n%s", diff)
			}
		})
	}
}

func TestExplain_NotAsked(t *testing.T) {
	for name, params := range map[string]*graphql.RawParams{
		"nothing":      {},
		"other header": {Headers: http.Header{"X-Clump-Explain": {"0"}}},
		"false":        {Extensions: map[string]any{"clump": map[string]any{"explain": false}}},
		"of no shape":  {Extensions: map[string]any{"clump": "yes"}},
	} {
		t.Run(name, func(t *testing.T) {
			var batches [][]int
			params.Query = `{ item { n } }`
			if got := execute(t.Context(), schema(numbers(&batches)), params).Extensions; len(got) > 0 {
				t.Errorf("extensions %v", got)
			}
		})
	}
}

// The root fields of a mutation have Scopes of their own: the second fetches again, in a later wave.
func TestExplain_WavesOfAMutationFollowEachOther(t *testing.T) {
	var batches [][]int
	params := &graphql.RawParams{Query: `mutation { a: item { n next { n } } b: item { n } }`, Headers: http.Header{"X-Clump-Explain": {"1"}}}
	got := execute(t.Context(), schema(numbers(&batches)), params).Extensions["clump"].(gqlexec.Explanation)
	var waves []string
	for _, f := range got.Fetches {
		waves = append(waves, fmt.Sprint(f.Wave, f.Paths))
	}
	if diff := cmp.Diff([]string{"1 [a]", "2 [a.next]", "3 [b]"}, waves); diff != "" || got.Waves != 3 {
		t.Errorf("%d waves (want, got):\n%s", got.Waves, diff)
	}
}

func TestExplain_FailedBatch(t *testing.T) {
	fails := loader.FromMap(func(context.Context, []int) (map[int]*item, error) { return nil, fmt.Errorf("down") })
	twice := loader.MaxRetries(func(error) int { return 1 })
	params := &graphql.RawParams{Query: `{ item { n } }`, Headers: http.Header{"X-Clump-Explain": {"1"}}}
	response := execute(t.Context(), schema(fails, twice), params)
	got := response.Extensions["clump"].(gqlexec.Explanation)
	if len(got.Fetches) != 1 || got.Fetches[0].Attempts != 2 || got.Fetches[0].Error == nil || *got.Fetches[0].Error != "down" {
		t.Errorf("explanation %+v", got)
	}
	if len(response.Errors) != 1 || response.Errors[0].Message != "down" || response.Errors[0].Locations[0].Column != 3 {
		t.Errorf("errors %+v", response.Errors)
	}
}

// What a fetch itself asks for has no place in the query: its paths are an empty list.
func TestExplain_FetchWithinAFetch(t *testing.T) {
	var batches [][]int
	inner := loader.NewSource("inner", numbers(&batches))
	outer := loader.FromSingle(func(ctx context.Context, k int) (*item, error) { return inner.Get(k).Require(ctx) })
	params := &graphql.RawParams{Query: `{ item { n } }`, Headers: http.Header{"X-Clump-Explain": {"1"}}}
	got := execute(t.Context(), schema(outer), params).Extensions["clump"].(gqlexec.Explanation)
	paths := make(map[string][]string)
	for _, f := range got.Fetches {
		paths[f.Source] = f.Paths
	}
	if diff := cmp.Diff(map[string][]string{"items": {"item"}, "inner": {}}, paths); diff != "" {
		t.Errorf("paths (want, got):\n%s", diff)
	}
}

// A request that ends leaves at once, cancels its fetch and leaks nothing: the bubble waits for every goroutine.
func TestSchema_RequestEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cancelled := false
		blocks := loader.FromMap(func(ctx context.Context, _ []int) (map[int]*item, error) {
			<-ctx.Done()
			cancelled = true
			return nil, ctx.Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		responses := make(chan *graphql.Response, 1)
		go func() {
			responses <- execute(ctx, schema(blocks), &graphql.RawParams{Query: `{ item { n } again: item { n } }`})
		}()
		synctest.Wait()
		cancel()
		response := <-responses
		synctest.Wait()
		if !cancelled {
			t.Error("the fetch goes on for nobody")
		}
		if string(response.Data) != "null" || len(response.Errors) != 1 || response.Errors[0].Message != context.Canceled.Error() {
			t.Errorf("response %s %v", response.Data, response.Errors)
		}
	})
}

func TestSchema_SubscriptionIsNotSupported(t *testing.T) {
	s := schema(nil)
	s.Parsed = gqlparser.MustLoadSchema(&ast.Source{Input: `type Query { item: Int } type Subscription { item: Int }`})
	response := execute(t.Context(), s, &graphql.RawParams{Query: `subscription { item }`})
	if len(response.Errors) != 1 {
		t.Errorf("errors %v", response.Errors)
	}
}
