package gqlexec

import (
	"bytes"
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// SSE is to gqlgen's [transport.SSE] what [POST] is to its POST: the data of an event is not encoded once more.
type SSE struct{ transport.SSE }

// Do serves a request.
func (t SSE) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	flusher, ok := w.(http.Flusher)
	if !ok { // gqlgen's says so
		t.SSE.Do(w, r, exec)
		return
	}
	events := &eventWriter{ResponseWriter: w, Flusher: flusher}
	t.SSE.Do(events, r, eventExecutor{exec, events})
}

// eventExecutor keeps the response of an event from the transport.
type eventExecutor struct {
	graphql.GraphExecutor
	events *eventWriter
}

// DispatchOperation has the transport encode an empty response in place of each.
func (e eventExecutor) DispatchOperation(
	ctx context.Context, operation *graphql.OperationContext,
) (graphql.ResponseHandler, context.Context) {
	respond, ctx := e.GraphExecutor.DispatchOperation(ctx, operation)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if response == nil {
			return nil
		}
		e.events.response = response
		return &graphql.Response{}
	}, ctx
}

// eventWriter writes the response that an eventExecutor has kept, in place of the event that the transport writes. Its pings come from
// another goroutine, which touches nothing else.
type eventWriter struct {
	http.ResponseWriter
	http.Flusher
	response *graphql.Response // nil: none was kept
}

var beforeEvent = []byte("event: next\ndata: ")

// Write writes what the transport encoded only where it is no response of an execution.
func (w *eventWriter) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, beforeEvent) || w.response == nil {
		return w.ResponseWriter.Write(p)
	}
	buf := encodedAnswers.Get().(*[]byte)
	*buf = appendResponse(append((*buf)[:0], beforeEvent...), w.response)
	w.response = nil
	if data := (*buf)[len(beforeEvent):]; bytes.ContainsAny(data, "\r\n") { // of an extension's making: a line would end the event
		*buf = append((*buf)[:len(beforeEvent)], withoutSpace(data)...)
	}
	*buf = append(*buf, "\n\n"...)
	if cap(*buf) <= maxKept {
		defer encodedAnswers.Put(buf)
	}
	if _, err := w.ResponseWriter.Write(*buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Unwrap lets an [http.ResponseController] find the connection.
func (w *eventWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
