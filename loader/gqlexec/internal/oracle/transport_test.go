package oracle_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader/gqlexec"
)

// sentBy is what a schema's answer is on the connection.
func sentBy(t *testing.T, schema graphql.ExecutableSchema, by graphql.Transport, request *http.Request) string {
	t.Helper()
	server := handler.New(schema)
	server.AddTransport(by)
	response := httptest.NewRecorder()
	server.ServeHTTP(response, request)
	return response.Body.String()
}

// What is sent is what gqlgen's transports send of stock's answers, byte for byte, though ours do not encode it once more: what marshalers
// write has no space here. The characters that gqlgen's transports write as \u003c and the like are in none of these.
func TestTransports_BytesAsStock(t *testing.T) {
	const anything = `given { any(value: {a: [1, {b: "x y"}, null], c: " "}) map(value: {a: true}) }`
	post := func(query, accept string) *http.Request {
		body, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", accept)
		return request
	}
	for _, query := range []string{
		`{ ` + anything + ` link { now list { strictNow } } }`,
		`{ node(id: 1) { name weight tags table odd } ` + anything + ` named(id: 3) { ...A } } fragment A on Node { quoted peer { id } }`,
		`{ nodes(ids: [2]) { strictName } link { now(is: ERROR) } ` + anything + ` }`,
		`{ missing }`,
	} {
		want := sentBy(t, stockSchema(), transport.POST{}, post(query, ""))
		for name, by := range map[string]graphql.Transport{"POST": gqlexec.POST{}, "reusing": gqlexec.POST{ReuseData: true}, "gqlgen's": transport.POST{}} {
			if got := sentBy(t, oursSchema(), by, post(query, "")); got != want {
				t.Errorf("%s\n%s sends %s\nwant %s", query, name, got, want)
			}
		}
		get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?query="+url.QueryEscape(query), nil)
		if got := sentBy(t, oursSchema(), gqlexec.GET{}, get); got != want {
			t.Errorf("%s\nGET sends %s\nwant %s", query, got, want)
		}
	}
	for _, query := range []string{
		`subscription { any(ids: [1, 2]) }`,
		`subscription { nodes(ids: [1, 2, 4]) { id name next { number } } }`,
		`subscription { number(ids: []) }`,
		`subscription { missing }`,
		`{ ` + anything + ` }`,
	} {
		want := sentBy(t, stockSchema(), transport.SSE{}, post(query, "text/event-stream"))
		for name, by := range map[string]graphql.Transport{"SSE": gqlexec.SSE{}, "gqlgen's": transport.SSE{}} {
			if got := sentBy(t, oursSchema(), by, post(query, "text/event-stream")); got != want {
				t.Errorf("%s\n%s sends %s\nwant %s", query, name, got, want)
			}
		}
	}
}

// The same by WebSocket, also for several operations at a time, and for a client that pings with what could be a response's.
func TestWebsocket_BytesAsStock(t *testing.T) {
	messages := func(schema graphql.ExecutableSchema, by graphql.Transport, query string) (all []string) {
		server := handler.New(schema)
		server.AddTransport(by)
		socket := dial(t, server)
		ids := []string{"1", `a \"type\":\"next\"}`}
		payload, err := json.Marshal(map[string]string{"query": query})
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range ids {
			socket.write(t, `{"type":"subscribe","id":"`+id+`","payload":`+string(payload)+`}`)
			socket.write(t, `{"type":"ping","id":"`+id+`","payload":{"data":1}}`)
		}
		for ended := 0; ended < 2*len(ids); {
			message := socket.read(t)
			if strings.HasSuffix(message, `"type":"complete"}`) || strings.HasSuffix(message, `"type":"pong"}`) {
				ended++
			}
			all = append(all, message)
		}
		slices.Sort(all)
		return all
	}
	for _, query := range []string{
		`subscription { any(ids: [1, 2]) }`,
		`subscription { nodes(ids: [1, 2, 4]) { id name next { number } } }`,
		`subscription { number(ids: []) }`,
		`subscription { missing }`,
		`{ given { any(value: {a: [1, {b: "x y"}, null], c: " "}) } link { now(is: ERROR) } }`,
	} {
		want := messages(stockSchema(), transport.Websocket{}, query)
		for name, by := range map[string]graphql.Transport{"Websocket": gqlexec.Websocket{}, "gqlgen's": transport.Websocket{}} {
			if diff := cmp.Diff(want, messages(oursSchema(), by, query)); diff != "" {
				t.Errorf("%s\n%s (stock, ours):\n%s", query, name, diff)
			}
		}
	}
}

// Lines that an extension has put into the data do not end an event.
func TestSSE_LinesInData(t *testing.T) {
	server := handler.New(oursSchema())
	server.AddTransport(gqlexec.SSE{})
	server.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		response := next(ctx)
		if response != nil {
			response.Data = []byte("{\n  \"number\": [1,\r\n\r\n2]\n}\n")
		}
		return response
	})
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"query":"subscription { number(ids: [1]) }"}`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	response := httptest.NewRecorder()
	server.ServeHTTP(response, request)
	const want = ":\n\nevent: next\ndata: {\"data\":{\"number\":[1,2]}}\n\nevent: complete\n\n"
	if got := response.Body.String(); got != want {
		t.Errorf("sends %q, want %q", got, want)
	}
}
