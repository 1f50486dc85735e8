package gqlexec_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// streaming is the schema by hand with a subscription, whose field resolves to what the channel delivers: see [schema].
func streaming(fetch loader.Fetch[int, *item], subscribe func(context.Context) (<-chan *item, error)) *gqlexec.Schema {
	s := schema(fetch)
	s.Parsed = gqlparser.MustLoadSchema(&ast.Source{Input: `
		type Query { item: Item }
		type Subscription { items: Item }
		type Item { n: Int! next: Item pair: [Item!]! }`})
	items := loader.NewSource("items", fetch)
	object := &gqlexec.Object[*item]{Name: "Item", Implements: []string{"Item"}}
	complete := func(c gqlexec.Cells, values []*item) { gqlexec.Objects(c, values, object) }
	object.Fields = map[string]func(*gqlexec.Column, []*item){
		"n": func(c *gqlexec.Column, rows []*item) {
			gqlexec.Plain(c, func(i int) (int, error) { return rows[i].n, nil }, gqlexec.Integers)
		},
		"next": func(c *gqlexec.Column, rows []*item) {
			gqlexec.Resolve(c, func(i int) loader.Clump[*item] { return items.Get(rows[i].n + 1) }, complete)
		},
	}
	s.Subscription = &gqlexec.Object[gqlexec.Root]{
		Name: "Subscription", Implements: []string{"Subscription"},
		Fields: map[string]func(*gqlexec.Column, []gqlexec.Root){
			"items": func(c *gqlexec.Column, _ []gqlexec.Root) {
				ctx := c.Context()
				gqlexec.Subscribe(c, func() (<-chan *item, error) { return subscribe(ctx) }, complete)
			},
		},
	}
	return s
}

func begin(ctx context.Context, t *testing.T, s *gqlexec.Schema, query string) (graphql.ResponseHandler, context.Context) {
	t.Helper()
	e := executor.New(s)
	e.Use(gqlexec.Explain{})
	ctx = graphql.StartOperationTrace(ctx)
	params := &graphql.RawParams{Query: query, Headers: http.Header{"X-Clump-Explain": {"1"}}}
	operation, errs := e.CreateOperationContext(ctx, params)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return e.DispatchOperation(ctx, operation)
}

// Each event has a Scope of its own: what one has fetched is fetched again for the next, in a first wave of its own.
func TestSubscription_ScopeOfEachEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var batches [][]int
		events := make(chan *item)
		s := streaming(numbers(&batches), func(context.Context) (<-chan *item, error) { return events, nil })
		handler, ctx := begin(t.Context(), t, s, `subscription { items { n next { n } a: next { n next { n } } } }`)
		go func() {
			defer close(events)
			for range 2 {
				time.Sleep(time.Hour) // of the bubble's clock: the wait is no part of the execution
				events <- &item{7}
			}
		}()
		for range 2 {
			response := handler(ctx)
			if got, want := string(response.Data), `{"items":{"n":7,"next":{"n":8},"a":{"n":8,"next":{"n":9}}}}`; got != want {
				t.Errorf("data %s, want %s", got, want)
			}
			explained := response.Extensions["clump"].(gqlexec.Explanation)
			if explained.Waves != 2 || len(explained.Fetches) != 2 || explained.Fetches[0].StartMicros > 1e6 {
				t.Errorf("explanation %+v", explained)
			}
		}
		if response := handler(ctx); response != nil {
			t.Errorf("a response after the end: %s", response.Data)
		}
		if diff := cmp.Diff([][]int{{8}, {9}, {8}, {9}}, batches); diff != "" {
			t.Errorf("batches (want, got):\n%s", diff)
		}
	})
}

// The end of the context ends the wait, the resolver's context and its goroutine: the bubble waits for every goroutine.
func TestSubscription_ContextEnds(t *testing.T) {
	for name, event := range map[string]bool{"while it waits": false, "while it fetches": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				blocks := loader.FromMap(func(ctx context.Context, _ []int) (map[int]*item, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				})
				resolverEnded := false
				s := streaming(blocks, func(ctx context.Context) (<-chan *item, error) {
					events := make(chan *item)
					go func() {
						if event {
							events <- &item{1}
						}
						<-ctx.Done()
						resolverEnded = true
					}()
					return events, nil
				})
				ctx, cancel := context.WithCancel(t.Context())
				handler, ctx := begin(ctx, t, s, `subscription { items { next { n } } }`)
				responses := make(chan *graphql.Response, 1)
				go func() { responses <- handler(ctx) }()
				synctest.Wait()
				cancel()
				if response := <-responses; response != nil {
					t.Errorf("response %s %v", response.Data, response.Errors)
				}
				synctest.Wait()
				if !resolverEnded {
					t.Error("the resolver goes on for nobody")
				}
			})
		})
	}
}

// An event that takes too long is answered without data, and the next one comes as if nothing had been. To wait takes no time of it.
func TestSubscription_EventTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := loader.FromMap(func(ctx context.Context, keys []int) (map[int]*item, error) {
			if keys[0] == 2 {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return map[int]*item{keys[0]: {keys[0]}}, nil
		})
		events := make(chan *item)
		s := streaming(slow, func(context.Context) (<-chan *item, error) { return events, nil })
		s.EventTimeout = time.Second
		handler, ctx := begin(t.Context(), t, s, `subscription { items { next { n } } }`)
		go func() {
			defer close(events)
			for _, n := range []int{1, 4} {
				time.Sleep(time.Minute)
				events <- &item{n}
			}
		}()
		response := handler(ctx)
		if string(response.Data) != "null" || len(response.Errors) != 1 || response.Errors[0].Message != context.DeadlineExceeded.Error() {
			t.Errorf("slow event: %s %v", response.Data, response.Errors)
		}
		response = handler(ctx)
		if string(response.Data) != `{"items":{"next":{"n":5}}}` || len(response.Errors) != 0 {
			t.Errorf("the event after it: %s %v", response.Data, response.Errors)
		}
		if response := handler(ctx); response != nil {
			t.Errorf("a response after the end: %s", response.Data)
		}
	})
}
