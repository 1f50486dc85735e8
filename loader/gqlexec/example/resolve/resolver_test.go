package resolve_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"github.com/clumpql/clumpql/loader/gqlexec/example"
	"github.com/clumpql/clumpql/loader/gqlexec/example/exec"
	"github.com/clumpql/clumpql/loader/gqlexec/example/resolve"
)

func ask(t *testing.T, query string) (answer string, asked int) {
	t.Helper()
	store := &example.Store{
		Books: []*example.Book{
			{ID: 1, Title: "Emma", AuthorID: 1, PriceCents: 905},
			{ID: 2, Title: "Ulysses", AuthorID: 2, PriceCents: 1200},
			{ID: 3, Title: "Persuasion", AuthorID: 1, PriceCents: 800},
			{ID: 4, Title: "Anonymous", AuthorID: 9},
		},
		Authors: map[int]*example.Author{1: {ID: 1, Name: "Jane Austen"}, 2: {ID: 2, Name: "James Joyce"}},
	}
	server := handler.New(exec.NewExecutableSchema(exec.Config{Resolvers: resolve.New(store)}))
	server.AddTransport(transport.POST{})
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"query": "`+query+`"}`))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	server.ServeHTTP(response, request)
	return response.Body.String(), store.Asked
}

// However many books and authors, each level is one batch.
func TestBooks_OneBatchALevel(t *testing.T) {
	got, asked := ask(t, `{ books { title author { name books { id } } } }`)
	const want = `{"data":{"books":[{"title":"Emma","author":{"name":"Jane Austen","books":[{"id":"1"},{"id":"3"}]}},` +
		`{"title":"Ulysses","author":{"name":"James Joyce","books":[{"id":"2"}]}},` +
		`{"title":"Persuasion","author":{"name":"Jane Austen","books":[{"id":"1"},{"id":"3"}]}},{"title":"Anonymous","author":null}]}}`
	if got != want || asked != 2 {
		t.Errorf("asked %d times: %s", asked, got)
	}
}

// A method that returns a value and an error stays as it was.
func TestBook_MethodWithError(t *testing.T) {
	if got, _ := ask(t, `{ book(id: 1) { price } }`); got != `{"data":{"book":{"price":"9.05 EUR"}}}` {
		t.Error(got)
	}
	got, _ := ask(t, `{ book(id: 1) { price(currency: \"USD\") } }`)
	if !strings.Contains(got, `"no price in USD","path":["book","price"]`) || !strings.Contains(got, `"data":{"book":null}`) {
		t.Error(got)
	}
}
