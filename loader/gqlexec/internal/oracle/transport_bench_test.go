package oracle_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader/gqlexec"
)

const benchedEvents = 20

// eventful is a request for events of a hundred objects each, which come without a wait.
func eventful(b *testing.B) []byte {
	b.Helper()
	ids := strings.TrimSuffix(strings.Repeat("100, ", benchedEvents), ", ")
	body, err := json.Marshal(map[string]string{
		"query": "subscription { nodes(ids: [" + ids + "], times: 1) { id number label flag odd value { x y } quoted } }",
	})
	if err != nil {
		b.Fatal(err)
	}
	return body
}

func serving(by graphql.Transport) *handler.Server {
	server := handler.New(oursSchema())
	server.SetQueryCache(lru.New[*ast.QueryDocument](10))
	server.AddTransport(by)
	return server
}

// nowhere is the connection of a client that reads everything at once.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Flush()                      {}
func (n nowhere) Write(p []byte) (int, error) { return len(p), nil }

func BenchmarkSSE(b *testing.B) {
	body := eventful(b)
	for name, by := range map[string]graphql.Transport{"gqlgen": transport.SSE{}, "gqlexec": gqlexec.SSE{}} {
		b.Run(name, func(b *testing.B) {
			server := serving(by)
			b.ReportAllocs()
			for b.Loop() {
				request := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/", bytes.NewReader(body))
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Accept", "text/event-stream")
				server.ServeHTTP(nowhere{http.Header{}}, request)
			}
		})
	}
}

// The client's part is the same in both.
func BenchmarkWebsocket(b *testing.B) {
	body := eventful(b)
	for name, by := range map[string]graphql.Transport{"gqlgen": transport.Websocket{}, "gqlexec": gqlexec.Websocket{}} {
		b.Run(name, func(b *testing.B) {
			socket := dial(b, serving(by))
			b.ReportAllocs()
			for b.Loop() {
				socket.write(b, `{"type":"subscribe","id":"1","payload":`+string(body)+`}`)
				for range benchedEvents {
					socket.read(b)
				}
				if got := socket.read(b); got != `{"id":"1","type":"complete"}` {
					b.Fatal(got)
				}
			}
		})
	}
}
