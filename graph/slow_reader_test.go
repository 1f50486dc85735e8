package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime/pprof"
	"strings"
	"testing"
	"time"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/ledger"
)

// A client that reads nothing of what it has asked for keeps neither its connection nor a goroutine beyond the time for a write.
func TestStreams_ClientReadsNothing(t *testing.T) {
	a := newAPI(t)
	if _, err := a.pool.Exec(t.Context(), `UPDATE users SET name = repeat('x', 1000) WHERE id = 1`); err != nil {
		t.Fatal(err)
	}
	var query strings.Builder // for two megabytes: more than the buffers between server and client hold
	query.WriteString(`subscription { balanceChanged(userId: 1) {`)
	for n := range 2000 {
		fmt.Fprintf(&query, " a%d: user { name }", n)
	}
	query.WriteString(`} }`)
	depot := ledger.NewDepot(a.pool)
	t.Cleanup(depot.Close)
	handler, err := graph.NewHandler(graph.Config{Pool: a.pool, Depot: depot, WriteTimeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for transport := range transports {
		t.Run(transport, func(t *testing.T) {
			ended := make(chan struct{})
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(ended)
				pprof.Do(r.Context(), pprof.Labels("stream of", t.Name()), func(ctx context.Context) { handler.ServeHTTP(w, r.WithContext(ctx)) })
			}))
			server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
				if err := c.(*net.TCPConn).SetWriteBuffer(1 << 12); err != nil {
					t.Error(err)
				}
				return ctx
			}
			server.Start()
			t.Cleanup(server.Close)
			subscribe(t, transport, server.URL, query.String())
			select {
			case <-ended:
			case <-time.After(time.Minute):
				t.Fatal("the request goes on")
			}
			waitUntilNoGoroutine(t, t.Name())
		})
	}
}

// waitUntilNoGoroutine returns when no goroutine has the label, which goroutines have from those that start them.
func waitUntilNoGoroutine(t *testing.T, label string) {
	t.Helper()
	late := time.After(time.Minute)
	for {
		var running bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&running, 1); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(running.String(), `"stream of":"`+label+`"`) {
			return
		}
		select {
		case <-late:
			t.Fatalf("goroutines go on:\n%s", &running)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
