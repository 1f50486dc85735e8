package gqlexec

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// Websocket is to gqlgen's [transport.Websocket] what [POST] is to its POST, but for one thing: that one encodes the data of a response
// twice more, and this one once, as the connections of gqlgen take no text.
type Websocket struct{ transport.Websocket }

// Do serves a connection.
func (t Websocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	kept := &keptResponses{responses: make(map[int]*graphql.Response)}
	if t.Implementation == nil {
		t.Implementation = transport.CoderWebsocketImplementation{}
	}
	t.Implementation = keeping{t.Implementation, kept}
	t.Websocket.Do(w, r, keepingExecutor{exec, kept})
}

// keptResponses are those of a connection in place of which the transport sends their numbers.
type keptResponses struct {
	mu        sync.Mutex
	last      int
	responses map[int]*graphql.Response
}

func (k *keptResponses) keep(response *graphql.Response) (number int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last++
	k.responses[k.last] = response
	return k.last
}

func (k *keptResponses) take(number int) *graphql.Response {
	k.mu.Lock()
	defer k.mu.Unlock()
	response := k.responses[number]
	delete(k.responses, number)
	return response
}

// keepingExecutor keeps the responses of operations from the transport.
type keepingExecutor struct {
	graphql.GraphExecutor
	kept *keptResponses
}

// DispatchOperation has the transport encode a number in place of the data of each response.
func (e keepingExecutor) DispatchOperation(
	ctx context.Context, operation *graphql.OperationContext,
) (graphql.ResponseHandler, context.Context) {
	respond, ctx := e.GraphExecutor.DispatchOperation(ctx, operation)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if response == nil {
			return nil
		}
		return &graphql.Response{Data: strconv.AppendInt(nil, int64(e.kept.keep(response)), 10)}
	}, ctx
}

// keeping makes connections that write what was kept.
type keeping struct {
	transport.WebsocketImplementation
	kept *keptResponses
}

func (k keeping) Accept(w http.ResponseWriter, r *http.Request, o transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	conn, err := k.WebsocketImplementation.Accept(w, r, o)
	if err != nil {
		return nil, err
	}
	return keepingConn{conn, k.kept}, nil
}

type keepingConn struct {
	transport.WebsocketConn
	kept *keptResponses
}

// WriteJSON writes a message. Where that is a number, it is the response whose number it is.
func (c keepingConn) WriteJSON(v any) error {
	message, err := json.Marshal(v)
	if err != nil {
		return err
	}
	number, rest, ok := cutNumber(message)
	if !ok {
		return c.WebsocketConn.WriteJSON(json.RawMessage(message))
	}
	buf := encodedAnswers.Get().(*[]byte)
	*buf = append(appendResponse(append((*buf)[:0], `{"payload":`...), c.kept.take(number)), rest...)
	if cap(*buf) <= maxKept {
		defer encodedAnswers.Put(buf)
	}
	return c.WebsocketConn.WriteJSON(json.RawMessage(*buf))
}

// cutNumber returns the number of the response that a message is for, and what is behind the payload. What a client has sent comes back in
// messages of other types only.
func cutNumber(message []byte) (number int, rest []byte, ok bool) {
	payload, ok := bytes.CutPrefix(message, []byte(`{"payload":{"data":`))
	isResponse := bytes.HasSuffix(payload, []byte(`"type":"next"}`)) || bytes.HasSuffix(payload, []byte(`"type":"data"}`))
	digits, rest, closed := bytes.Cut(payload, []byte{'}'})
	number, err := strconv.Atoi(string(digits))
	return number, rest, ok && isResponse && closed && err == nil
}

// SetReadLimit implements [transport.WebsocketReadLimiter] for connections that do.
func (c keepingConn) SetReadLimit(limit int64) {
	if limiter, ok := c.WebsocketConn.(transport.WebsocketReadLimiter); ok {
		limiter.SetReadLimit(limit)
	}
}

// SetReadDeadline implements [transport.WebsocketReadDeadliner] for connections that do.
func (c keepingConn) SetReadDeadline(t time.Time) error {
	if deadliner, ok := c.WebsocketConn.(transport.WebsocketReadDeadliner); ok {
		return deadliner.SetReadDeadline(t)
	}
	return nil
}
