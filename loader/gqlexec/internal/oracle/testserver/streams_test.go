package testserver_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/client"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver"
)

func newSocket(resolver *testserver.Resolver) *client.Client {
	server := newServer(resolver)
	server.AddTransport(transport.Websocket{})
	return client.New(server)
}

func TestSubscriptions(t *testing.T) {
	t.Run("wont leak goroutines", func(t *testing.T) {
		before := runtime.NumGoroutine()
		resolver := &testserver.Resolver{Streams: testserver.Streams{Texts: make(chan string, 1)}}
		subscription := newSocket(resolver).Websocket(`subscription { updated }`)
		resolver.Texts <- "message"
		var got struct{ Updated string }
		if err := subscription.Next(&got); err != nil || got.Updated != "message" {
			t.Errorf("%v %v", got, err)
		}
		if err := subscription.Close(); err != nil {
			t.Error(err)
		}
		for patience := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; runtime.Gosched() {
			if time.Now().After(patience) {
				t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
			}
		}
	})
	t.Run("will parse init payload", func(t *testing.T) {
		subscription := newSocket(&testserver.Resolver{}).WebsocketWithPayload(`subscription { initPayload }`,
			map[string]any{"Authorization": "Bearer", "number": 32, "strings": []string{"hello", "world"}})
		defer subscription.Close()
		for _, want := range []string{"authorized by Bearer", "Authorization = Bearer", "number = 32", "strings = [hello world]"} {
			var got struct{ InitPayload string }
			if err := subscription.Next(&got); err != nil || got.InitPayload != want {
				t.Errorf("%v %v, want %s", got, err, want)
			}
		}
	})
	t.Run("websocket gets errors", func(t *testing.T) {
		resolver := &testserver.Resolver{Streams: testserver.Streams{Required: make(chan *testserver.Error, 3)}}
		subscription := newSocket(resolver).Websocket(`subscription { errorRequired { id } }`)
		defer subscription.Close()
		for _, e := range []*testserver.Error{{ID: "ID1234"}, nil, {ID: "after"}} {
			resolver.Required <- e
			var got struct{ ErrorRequired *struct{ ID string } }
			err := subscription.Next(&got)
			if e == nil {
				if err == nil || !strings.Contains(err.Error(), nullError) {
					t.Errorf("error %v", err)
				}
			} else if err != nil || got.ErrorRequired.ID != e.ID {
				t.Errorf("%v %v, want %s", got, err, e.ID)
			}
		}
	})
}

// The directives of a subscription's field run when it begins, around its resolver.
func TestDirectives_Subscription(t *testing.T) {
	for _, c := range []struct{ name, query, want string }{
		{"arg directives/when function errors on directives", `subscription { directiveArg(arg: "") }`, `[{"message":"invalid length","path":["directiveArg","arg"],"locations":[{"line":1,"column":16}]}]`},
		{"arg directives/when function errors on nullable arg directives", `subscription { directiveNullableArg(arg: -100) }`,
			`[{"message":"too small","path":["directiveNullableArg","arg"],"locations":[{"line":1,"column":16}]}]`},
		{"arg directives/when function success on nullable arg directives", `subscription { directiveNullableArg }`, "map[directiveNullableArg:Ok]"},
		{"arg directives/when function success on valid nullable arg directives", `subscription { directiveNullableArg(arg: 1) }`, "map[directiveNullableArg:Ok]"},
		{"arg directives/when function success", `subscription { directiveArg(arg: "test") }`, "map[directiveArg:Ok]"},
		{"double", `subscription { directiveDouble }`, "map[directiveDouble:Ok]"},
		{"unimplemented", `subscription { directiveUnimplemented }`,
			`[{"message":"directive unimplemented is not implemented","path":["directiveUnimplemented"],"locations":[{"line":1,"column":16}]}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var data map[string]any
			err := newSocket(&testserver.Resolver{}).WebsocketOnce(c.query, &data)
			got := fmt.Sprint(data)
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
