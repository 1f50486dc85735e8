package graph

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// refusal gives a code to the errors that pass by the error presenter: those with which gqlgen's transports refuse what is no request.
type refusal struct {
	http.ResponseWriter
	refused bool
}

// WriteHeader writes the header. Some refusals come without a content type.
func (r *refusal) WriteHeader(status int) {
	r.refused = status >= http.StatusBadRequest
	if r.refused && r.Header().Get("Content-Type") == "" {
		r.Header().Set("Content-Type", "application/json")
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write writes the answer, which comes in one piece.
func (r *refusal) Write(p []byte) (int, error) {
	if !r.refused {
		return r.ResponseWriter.Write(p)
	}
	_, err := r.ResponseWriter.Write(withCodes(p))
	return len(p), err
}

// notServed is gqlgen's message for a method or a content type that no transport takes.
const notServed = "transport not supported"

// withCodes is the answer with a code for each error that has none.
func withCodes(answer []byte) []byte {
	var response graphql.Response
	if err := json.Unmarshal(answer, &response); err != nil {
		return answer
	}
	changed := false
	for _, e := range response.Errors {
		if e.Extensions["code"] == nil {
			e.Extensions = map[string]any{"code": codeBadInput}
			changed = true
		}
		if e.Message == notServed {
			e.Message = "send POST with the header Content-Type: application/json, or GET for a query"
		}
	}
	coded, err := json.Marshal(response)
	if !changed || err != nil {
		return answer
	}
	return coded
}

// writeRefusal answers what is no request.
func writeRefusal(w http.ResponseWriter, status int, message string) {
	told := &gqlerror.Error{Message: message, Extensions: map[string]any{"code": codeBadInput}}
	answer, err := json.Marshal(graphql.Response{Errors: gqlerror.List{told}})
	if err != nil {
		panic(err) // strings can be encoded
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer) // that the client is gone is nobody's concern
}

// notARequest is gqlgen's message about a body without the body itself, which it repeats, and in other words than Go's.
func notARequest(message string) string {
	message, _, _ = strings.Cut(message, " body:")
	_, mismatch, is := strings.Cut(message, "json: cannot unmarshal ")
	kind, _, _ := strings.Cut(mismatch, " into Go ")
	_, member, inObject := strings.Cut(mismatch, "RawParams.")
	switch member, _, _ = strings.Cut(member, " "); {
	case !is:
		return message
	case inObject:
		return fmt.Sprintf("the member %s of the body has a value of the wrong kind: %s", member, kind)
	case kind == "array":
		return "the body is an array: send one request at a time, or several fields in one query"
	}
	return "the body is no object but of the kind " + kind
}
