package graph

import (
	"net/http"
	"strings"
)

// upgrade is the answer to a request for a WebSocket. A refused one is told like other refusals: left alone, what checks the request would
// write a plain text, and gqlgen an answer of its own behind it.
type upgrade struct {
	http.ResponseWriter
	status int // of the refusal; 0: there is none
	reason string
}

// WriteHeader keeps the status of a refusal, which comes before gqlgen's.
func (u *upgrade) WriteHeader(status int) {
	switch {
	case u.status != 0:
	case status >= http.StatusBadRequest:
		u.status = status
	default:
		u.ResponseWriter.WriteHeader(status)
	}
}

// Write keeps the reason of a refusal.
func (u *upgrade) Write(p []byte) (int, error) {
	if u.status == 0 {
		return u.ResponseWriter.Write(p)
	}
	if u.reason == "" {
		u.reason = strings.TrimSpace(string(p))
	}
	return len(p), nil
}

// Unwrap lets the connection be taken over.
func (u *upgrade) Unwrap() http.ResponseWriter { return u.ResponseWriter }

// end writes the refusal, if there was one.
func (u *upgrade) end() {
	if u.status != 0 {
		writeRefusal(u.ResponseWriter, u.status, u.reason)
	}
}
