package gqlexec

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// POST is gqlgen's [transport.POST], but for how it reads the request, which is quicker, and how it writes the answer: the data is
// encoded already, and is not encoded once more. So characters such as < stay as they are, where gqlgen's transport writes \u003c.
type POST struct {
	transport.POST

	// ReuseData writes the data of the next requests to where that of a response is, once the response is written. It saves a copy of the
	// answer. No extension may keep the data of a response then, or it has to clone it.
	ReuseData bool
}

// Do serves a request.
func (t POST) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	start := graphql.Now()
	body := bodies.Get().(*bytes.Buffer)
	defer recycle(body)
	_, err := body.ReadFrom(r.Body)
	params := new(graphql.RawParams)
	if err != nil || !t.answersJSON(r) || !readParams(body.Bytes(), params) {
		r.Body = io.NopCloser(io.MultiReader(bytes.NewReader(bytes.Clone(body.Bytes())), failing{err}))
		serveEncoded(t.POST, w, r, exec)
		return
	}
	params.Headers, params.ReadTime = r.Header, graphql.TraceTiming{Start: start, End: graphql.Now()}
	w.Header().Add("Content-Type", "application/json")
	operation, errs := exec.CreateOperationContext(r.Context(), params)
	if errs != nil {
		if errcode.GetErrorKind(errs) == errcode.KindProtocol {
			w.WriteHeader(http.StatusUnprocessableEntity)
		}
		writeResponse(w, exec.DispatchError(graphql.WithOperationContext(r.Context(), operation), errs))
		return
	}
	if !t.ReuseData {
		respond, ctx := exec.DispatchOperation(r.Context(), operation)
		writeResponse(w, respond(ctx))
		return
	}
	room := newDataRoom(r.Context())
	respond, ctx := exec.DispatchOperation(room, operation)
	room.write(w, respond(ctx))
}

// answersJSON tells whether the answer has the usual content type and no other headers.
func (t POST) answersJSON(r *http.Request) bool {
	if t.ResponseHeaders != nil || t.UseGrapQLResponseJsonByDefault {
		return false
	}
	switch r.Header.Get("Accept") {
	case "", "*/*", "application/json":
		return true
	}
	return false
}

var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func recycle(body *bytes.Buffer) {
	if body.Cap() <= maxKept {
		body.Reset()
		bodies.Put(body)
	}
}

// failing is the rest of a body that cannot be read because of an error; without one, its end.
type failing struct{ err error }

// Read returns the error.
func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// GET is to gqlgen's [transport.GET] what [POST] is to its POST.
type GET struct{ transport.GET }

// Do serves a request.
func (t GET) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	serveEncoded(t.GET, w, r, exec)
}

// serveEncoded has the transport do all but write the answer.
func serveEncoded(t graphql.Transport, w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	answer := &encodedAnswer{ResponseWriter: w}
	t.Do(answer, r, encodedExecutor{exec, answer})
}

// encodedExecutor keeps the response of an operation from the transport.
type encodedExecutor struct {
	graphql.GraphExecutor
	answer *encodedAnswer
}

// DispatchOperation has the transport encode an empty response in place of the real one.
func (e encodedExecutor) DispatchOperation(
	ctx context.Context, operation *graphql.OperationContext,
) (graphql.ResponseHandler, context.Context) {
	respond, ctx := e.GraphExecutor.DispatchOperation(ctx, operation)
	return func(ctx context.Context) *graphql.Response {
		e.answer.response = respond(ctx)
		return nil
	}, ctx
}

// encodedAnswer writes the response that an encodedExecutor has kept, in place of what the transport writes.
type encodedAnswer struct {
	http.ResponseWriter
	response *graphql.Response
}

var encodedAnswers = sync.Pool{New: func() any { return new([]byte) }}

// Write writes what the transport encoded only where there was no response to keep: for errors before the execution.
func (a *encodedAnswer) Write(p []byte) (int, error) {
	if a.response == nil {
		return a.ResponseWriter.Write(p)
	}
	writeResponse(a.ResponseWriter, a.response)
	return len(p), nil
}

// writeResponse writes a response at once; nil, that of an operation that has ended, is null. That the client is gone is nobody's concern.
func writeResponse(w http.ResponseWriter, response *graphql.Response) {
	buf := encodedAnswers.Get().(*[]byte)
	*buf = appendResponse((*buf)[:0], response)
	if cap(*buf) <= maxKept {
		defer encodedAnswers.Put(buf)
	}
	writeAnswer(w, *buf)
}

func writeAnswer(w http.ResponseWriter, answer []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	_, _ = w.Write(answer)
}

// appendResponse encodes a response with its members in gqlgen's order.
func appendResponse(buf []byte, response *graphql.Response) []byte {
	if response == nil {
		return append(buf, "null"...)
	}
	buf = append(buf, '{')
	if len(response.Errors) > 0 {
		buf = append(appendMember(buf, "errors", response.Errors), ',')
	}
	buf = append(buf, `"data":`...)
	if response.Data == nil {
		buf = append(buf, "null"...)
	}
	buf = append(buf, response.Data...)
	if len(response.Extensions) > 0 {
		buf = appendMember(append(buf, ','), "extensions", response.Extensions)
	}
	return append(buf, '}')
}

func appendMember(buf []byte, name string, value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Errorf("the %s of the response cannot be encoded: %w", name, err)) // as gqlgen does
	}
	buf = appendQuoted(buf, name)
	return append(append(buf, ':'), encoded...)
}
