package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/clumpql/clumpql/loader/gqlexec"
)

const (
	pingInterval = 15 * time.Second // a WebSocket that does not answer two in a row is closed
	initTimeout  = 10 * time.Second // from the opening of a WebSocket to its connection_init
	// maxOperations is how many operations may be under way on one WebSocket.
	maxOperations = 100
)

// addStreams lets the server answer by WebSocket and by server-sent events. Pages of other hosts than the request's may open a
// WebSocket only if a pattern of theirs is among the origins.
func (h *handler) addStreams(origins []string) error {
	for _, pattern := range origins {
		if _, err := path.Match(pattern, ""); err != nil {
			return fmt.Errorf("graph: origin %q: %w", pattern, err)
		}
	}
	accept := sockets{writeTimeout: h.writing}
	accept.AcceptOptions.OriginPatterns = origins
	h.server.AddTransport(gqlexec.Websocket{Websocket: transport.Websocket{
		Implementation:        accept,
		InitTimeout:           initTimeout,
		PingPongInterval:      pingInterval,
		KeepAlivePingInterval: pingInterval, // of the old protocol, graphql-ws
	}})
	h.server.AddTransport(gqlexec.SSE{SSE: transport.SSE{KeepAlivePingInterval: pingInterval}})
	return nil
}

// streaming tells whether the answer to a request has no end of its own. Such a request has no deadline; what it executes has.
func streaming(r *http.Request) bool {
	return isSocket(r) || isEventSource(r) || transport.SSE{}.Supports(r)
}

func isSocket(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

type connectionKey struct{}

// connection is a streaming request.
type connection struct {
	socket     bool
	get        bool                           // so it may change nothing
	operations atomic.Int64                   // under way
	failure    atomic.Pointer[gqlerror.Error] // of the one stream of server-sent events; not told yet
}

func (h *handler) serveStream(w http.ResponseWriter, r *http.Request) {
	c := &connection{socket: isSocket(r), get: isEventSource(r)}
	if c.get {
		post, err := asPost(r)
		if err != nil {
			writeRefusal(w, http.StatusBadRequest, err.Error())
			return
		}
		r = post
	}
	if c.socket {
		upgraded := &upgrade{ResponseWriter: w}
		defer upgraded.end()
		w = upgraded
	} else {
		if !readable(w, r) {
			return
		}
		bounded := &boundedWriter{ResponseWriter: w, control: http.NewResponseController(w), timeout: h.writing}
		defer bounded.end()
		w = bounded
	}
	h.server.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), connectionKey{}, c)))
}

// readable tells whether the body is a request; if not it is refused. gqlgen does so too, but writes the whole body to the log.
func readable(w http.ResponseWriter, r *http.Request) bool {
	var body bytes.Buffer
	decoder := json.NewDecoder(io.TeeReader(r.Body, &body))
	decoder.UseNumber()
	if err := decoder.Decode(new(graphql.RawParams)); err != nil {
		writeRefusal(w, http.StatusBadRequest, notARequest("json request body could not be decoded: "+err.Error()))
		return false
	}
	r.Body = io.NopCloser(io.MultiReader(&body, r.Body))
	return true
}

// boundOperation gives each operation of a streaming request what other requests have for themselves: its deadline, and its memory of
// what was logged. A subscription has them for each event; its deadline is the schema's EventTimeout.
func (h *handler) boundOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	kind := graphql.GetOperationContext(ctx).Operation.Operation
	subscription := kind == ast.Subscription
	c, ok := ctx.Value(connectionKey{}).(*connection)
	switch {
	case !ok && subscription:
		return refuse("a subscription needs a WebSocket, or the header Accept: text/event-stream")
	case !ok:
		return next(ctx)
	case c.get && kind == ast.Mutation:
		return refuse("a mutation needs POST")
	case c.operations.Add(1) > maxOperations:
		c.operations.Add(-1)
		return refuse(fmt.Sprintf("more than %d operations on one connection", maxOperations))
	}
	context.AfterFunc(ctx, func() { c.operations.Add(-1) }) // the transport ends it with the operation
	respond := next(context.WithValue(ctx, loggedKey{}, &logged{}))
	return func(ctx context.Context) *graphql.Response {
		ctx = context.WithValue(ctx, loggedKey{}, &logged{})
		if !subscription {
			bounded, cancel := context.WithTimeout(ctx, h.timeout)
			defer cancel()
			ctx = bounded
		}
		response := respond(ctx)
		if failure := c.failure.Swap(nil); response == nil && failure != nil {
			return &graphql.Response{Errors: gqlerror.List{failure}}
		}
		return response
	}
}

func refuse(message string) graphql.ResponseHandler {
	err := &gqlerror.Error{Message: message, Extensions: map[string]any{"code": codeBadInput}}
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{err}})
}

// streamFailed logs why a stream ends before its time, and has it told: by the message "error" of a WebSocket, and by a last "next" of
// server-sent events, which have no other message for that.
func (h *handler) streamFailed(ctx context.Context, err error) {
	told := h.present(ctx, graphql.ErrorOnPath(ctx, err))
	switch c, ok := ctx.Value(connectionKey{}).(*connection); {
	case !ok: // there are no streams without
	case c.socket:
		transport.AddSubscriptionError(ctx, told)
	default:
		c.failure.Store(told)
	}
}

// sockets makes WebSockets bounded.
type sockets struct {
	transport.CoderWebsocketImplementation
	writeTimeout time.Duration
}

func (s sockets) Accept(w http.ResponseWriter, r *http.Request, o transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	conn, err := s.CoderWebsocketImplementation.Accept(w, r, o)
	if err != nil {
		return nil, err
	}
	limiter, _ := conn.(transport.WebsocketReadLimiter)
	deadliner, _ := conn.(transport.WebsocketReadDeadliner)
	return socket{conn, limiter, deadliner, s.writeTimeout, r.Context().Done()}, nil
}

// socket is a WebSocket whose writes end, and which tells of a server that stops.
type socket struct {
	transport.WebsocketConn
	transport.WebsocketReadLimiter
	transport.WebsocketReadDeadliner
	writeTimeout time.Duration
	stopping     <-chan struct{} // only the server ends the context of the request: a client that goes away ends the connection
}

// goingAway is the close code after which clients connect anew.
const goingAway = 1001

func (s socket) WriteJSON(v any) error {
	limit := time.AfterFunc(s.writeTimeout, func() { _ = s.Close() })
	defer limit.Stop()
	return s.WebsocketConn.WriteJSON(v)
}

func (s socket) WriteClose(code int, message string) error {
	select {
	case <-s.stopping:
		if code == transport.WebsocketCloseNormalClosure {
			code, message = goingAway, "the server stops"
		}
	default:
	}
	return s.WebsocketConn.WriteClose(code, message)
}

// boundedWriter fails when the client has not read for long, which ends its request. gqlgen may send a last ping after the request: that is
// dropped.
type boundedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration // of each write

	mu    sync.Mutex // held during each write
	ended bool
}

func (w *boundedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return len(p), nil
	}
	_ = w.control.SetWriteDeadline(time.Now().Add(w.timeout)) // a writer that is no connection has none
	return w.ResponseWriter.Write(p)
}

// Flush makes it an [http.Flusher].
func (w *boundedWriter) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		_ = w.control.Flush() // a failed one ends the request's context
	}
}

func (w *boundedWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	_ = w.control.SetWriteDeadline(time.Time{}) // the connection goes on
}
