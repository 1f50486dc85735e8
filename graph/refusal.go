package graph

import (
	"encoding/json"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
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
	}
	coded, err := json.Marshal(response)
	if !changed || err != nil {
		return answer
	}
	return coded
}
