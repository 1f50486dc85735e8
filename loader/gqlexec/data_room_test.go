package gqlexec_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// reusing is a server that reuses the memory of data, with an extension around its operations.
func reusing(t *testing.T, around graphql.OperationMiddleware) *handler.Server {
	t.Helper()
	s := handler.New(schema(loader.FromSingle(func(_ context.Context, n int) (*item, error) { return &item{n}, nil })))
	s.AddTransport(gqlexec.POST{ReuseData: true})
	s.AroundOperations(around)
	return s
}

func post(t *testing.T, server http.Handler, query string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(fmt.Sprintf(`{"query":%q}`, query)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	answer, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func passOn(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(ctx)
}

// Requests at the same time, and one after the other, each have an answer of their own.
func TestPOST_ReuseData(t *testing.T) {
	var group sync.WaitGroup
	for range 8 {
		server := reusing(t, passOn)
		group.Go(func() {
			for n := range 60 {
				query, want := `{ item { n } }`, `{"data":{"item":{"n":0}}}`
				if n%2 == 1 {
					query, want = `{ again: item { n next { n next { n } } } }`, `{"data":{"again":{"n":0,"next":{"n":1,"next":{"n":2}}}}}`
				}
				if got := post(t, server, query); got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
		})
	}
	group.Wait()
}

// Data is written where it was encoded, and the next request's goes to the same place.
func TestPOST_ReuseData_noCopy(t *testing.T) {
	places := make(map[*byte]int)
	server := reusing(t, func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		respond := next(ctx)
		return func(ctx context.Context) *graphql.Response {
			response := respond(ctx)
			places[&response.Data[0]]++
			return response
		}
	})
	const requests = 100 // the race detector drops some of what is kept
	for range requests {
		post(t, server, `{ item { n } }`)
	}
	if len(places) > requests*3/4 {
		t.Errorf("the data of %d requests was in %d places", requests, len(places))
	}
}

// An extension may run the operation more than once, also in another goroutine, and answer what it likes.
func TestPOST_ReuseData_extensions(t *testing.T) {
	for name, around := range map[string]graphql.OperationMiddleware{
		"twice": func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
			first, second := next(ctx)(ctx), next(ctx)(ctx)
			first.Data = slices.Concat([]byte(`[`), first.Data, []byte(`,`), second.Data, []byte(`]`))
			return graphql.OneShot(first)
		},
		"at the same time": func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
			responses := make(chan *graphql.Response, 2)
			for range 2 {
				respond := next(ctx)
				go func() { responses <- respond(ctx) }()
			}
			first, second := <-responses, <-responses
			second.Data = slices.Concat([]byte(`[`), first.Data, []byte(`,`), second.Data, []byte(`]`))
			return graphql.OneShot(second)
		},
		"the second": func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
			next(ctx)(ctx)
			second := next(ctx)(ctx)
			second.Data = slices.Concat([]byte(`[`), second.Data, []byte(`,`), second.Data, []byte(`]`))
			return graphql.OneShot(second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := reusing(t, around)
			for range 50 {
				want := `{"data":[{"item":{"n":0}},{"item":{"n":0}}]}`
				if got := post(t, server, `{ item { n } }`); got != want {
					t.Fatalf("%s, want %s", got, want)
				}
			}
		})
	}
}

// An execution that an extension leaves behind does not write into the answer of another request.
func TestPOST_ReuseData_leftBehind(t *testing.T) {
	var left sync.WaitGroup
	server := reusing(t, func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		respond := next(ctx)
		left.Go(func() { respond(ctx) })
		return graphql.OneShot(&graphql.Response{Data: []byte(`"away"`)})
	})
	for range 100 {
		if got := post(t, server, `{ item { n } }`); got != `{"data":"away"}` {
			t.Fatal(got)
		}
	}
	left.Wait()
}
