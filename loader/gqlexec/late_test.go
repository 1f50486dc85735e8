package gqlexec_test

import (
	"context"
	"io"
	"runtime"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// A next that is called when its interceptor has returned does nothing, whether the request goes on or is over.
func TestSchema_RootFieldInterceptorCallsNextLate(t *testing.T) {
	for _, kind := range []string{"query", "mutation"} {
		var batches [][]int
		s := schema(numbers(&batches))
		var late []func() graphql.Marshaler
		response := ask(t.Context(), s, kind+` { a: item { n } b: item { n } }`, around(
			func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
				for _, call := range late {
					if call() != graphql.Null {
						t.Errorf("%s: a late next answers during the request", kind)
					}
				}
				late = append(late, func() graphql.Marshaler { return next(ctx) })
				return graphql.MarshalString("early")
			}))
		if got := string(response.Data); got != `{"a":"early","b":"early"}` {
			t.Errorf("%s: data %s", kind, got)
		}
		for _, call := range late {
			if call() != graphql.Null {
				t.Errorf("%s: a late next answers after the request", kind)
			}
		}
		if len(batches) > 0 {
			t.Errorf("%s: late calls fetched %v", kind, batches)
		}
	}
}

// blocking is a source's fetch that tells when it is called, and returns when it is let go.
func blocking() (fetch loader.Fetch[int, *item], called, free chan struct{}) {
	called, free = make(chan struct{}), make(chan struct{})
	return loader.FromSingle(func(_ context.Context, k int) (*item, error) {
		close(called)
		<-free
		return &item{k}, nil
	}), called, free
}

// An interceptor that gives up on its next while that is under way is kept until it is over: the race detector watches what they share.
func TestSchema_RootFieldInterceptorReturnsBeforeNext(t *testing.T) {
	for _, kind := range []string{"query", "mutation"} {
		fetch, called, free := blocking()
		var wait sync.WaitGroup
		response := ask(t.Context(), schema(fetch), kind+` { item { n } }`, around(
			func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
				wait.Go(func() { next(ctx) })
				<-called
				close(free)
				return graphql.MarshalString("gave up")
			}))
		if got := string(response.Data); got != `{"item":"gave up"}` {
			t.Errorf("%s: data %s", kind, got)
		}
		wait.Wait()
	}
}

// A next of AroundColumn executes the column once, while the call for it runs.
func TestAroundColumn_NextAgainAndLate(t *testing.T) {
	var batches [][]int
	s := schema(numbers(&batches))
	var late []func()
	s.AroundColumn = func(ctx context.Context, _ gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
		next(ctx)
		next(ctx)
		late = append(late, func() { next(ctx) })
	}
	for range 2 {
		response := ask(t.Context(), s, `{ item { n next { n } } }`, func(*executor.Executor) {})
		if got := string(response.Data); got != `{"item":{"n":0,"next":{"n":1}}}` || len(response.Errors) > 0 {
			t.Errorf("data %s %v", got, response.Errors)
		}
		for _, call := range late {
			call()
		}
	}
}

// half is a marshaler that writes a part of a value and panics.
type half struct{}

func (half) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, `"sec`)
	panic("half way")
}

// A directive's answer that panics while it is written fails its field alone.
func TestSchema_DirectiveAnswerPanics(t *testing.T) {
	s := schema(nil)
	s.Query.Fields["item"] = func(c *gqlexec.Column, _ []gqlexec.Root) {
		answer := func(context.Context, int, graphql.Resolver) (any, error) {
			return half{}, nil
		}
		gqlexec.DirectedPlain(c, answer, func(context.Context, int) (int, error) { return 0, nil }, gqlexec.Integers)
	}
	response := ask(t.Context(), s, `{ a: item { n } __typename }`, func(*executor.Executor) {})
	if got := string(response.Data); got != `{"a":null,"__typename":"Query"}` {
		t.Errorf("data %s", got)
	}
	if len(response.Errors) != 1 || response.Errors[0].Path.String() != "a" {
		t.Errorf("errors %v", response.Errors)
	}
}

// A marshaler that panics half way, a hook that panics and a resolver that ends its goroutine leave the answers of later requests whole.
func TestSchema_AnswersAfterAccidents(t *testing.T) {
	leaf := func(complete gqlexec.Complete[int]) *gqlexec.Schema {
		s := schema(nil)
		s.Query.Fields["item"] = func(c *gqlexec.Column, _ []gqlexec.Root) {
			gqlexec.Plain(c, func(int) (int, error) { return 7, nil }, complete)
		}
		return s
	}
	goexit := leaf(func(c gqlexec.Cells, values []int) {
		gqlexec.Appended(c, values, func([]byte, int) []byte { runtime.Goexit(); return nil })
	})
	hook := leaf(gqlexec.Integers)
	hook.AroundColumn = func(ctx context.Context, _ gqlexec.ColumnInfo, next func(context.Context) gqlexec.ColumnResult) {
		next(ctx)
		panic("hook")
	}
	accidents := map[string]*gqlexec.Schema{
		"Marshaler": leaf(func(c gqlexec.Cells, values []int) {
			gqlexec.Leaves(c, values, func(int) graphql.Marshaler { return half{} })
		}),
		"Goexit": goexit,
		"Hook":   hook,
	}
	for name, s := range accidents {
		t.Run(name, func(t *testing.T) {
			for range 8 {
				var wait sync.WaitGroup
				wait.Add(1)
				go func() {
					defer wait.Done()
					defer func() { _ = recover() }() // of the hook
					ask(t.Context(), s, `{ a: item { n } b: item { n } }`, func(*executor.Executor) {})
				}()
				wait.Wait()
				var batches [][]int
				response := ask(t.Context(), schema(numbers(&batches)), `{ item { n next { n } } }`, func(*executor.Executor) {})
				if got := string(response.Data); got != `{"item":{"n":0,"next":{"n":1}}}` || len(response.Errors) > 0 {
					t.Errorf("afterwards: data %s %v", got, response.Errors)
				}
			}
		})
	}
}
