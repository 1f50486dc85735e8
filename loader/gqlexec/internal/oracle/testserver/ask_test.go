package testserver_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver"
)

// newServer serves a resolver through gqlgen's own transport.
func newServer(resolver *testserver.Resolver) *handler.Server {
	schema := testserver.NewExecutableSchema(testserver.Config{Resolvers: resolver, Directives: testserver.Directives(func(string, any) {})})
	return serve(schema)
}

func serve(schema graphql.ExecutableSchema) *handler.Server {
	server := handler.New(schema)
	server.AddTransport(transport.POST{})
	return server
}

// ask returns the answer to a query, whose variables are JSON; "" for none.
func ask(t *testing.T, server http.Handler, query, variables string) string {
	t.Helper()
	params := map[string]any{"query": query}
	if variables != "" {
		params["variables"] = json.RawMessage(variables)
	}
	body, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	response := httptest.NewRecorder()
	server.ServeHTTP(response, request)
	return strings.TrimSpace(response.Body.String())
}

// question is one of gqlgen's test cases, with the whole answer.
type question struct{ name, query, variables, want string }

func run(t *testing.T, questions []question) {
	t.Helper()
	server := newServer(&testserver.Resolver{})
	for _, q := range questions {
		t.Run(q.name, func(t *testing.T) {
			if got := ask(t, server, q.query, q.variables); got != q.want {
				t.Errorf("%s %s\ngot  %s\nwant %s", q.query, q.variables, got, q.want)
			}
		})
	}
}
