package command

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"

	"github.com/go-chi/chi/v5/middleware"
)

// plainID is what a caller's request id may look like: it is copied into logs and answers.
var plainID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// identify gives every request an id: the caller's X-Request-Id, if it is a plain one, else a random one.
// It stands in the answer's header too, and below it middleware.GetReqID returns it.
func identify(next http.Handler) http.Handler {
	known := middleware.RequestID(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(middleware.RequestIDHeader)
		if !plainID.MatchString(id) {
			// chi's own ids would carry the machine's name.
			id = rand.Text()
			r.Header.Set(middleware.RequestIDHeader, id)
		}
		w.Header().Set(middleware.RequestIDHeader, id)
		known.ServeHTTP(w, r)
	})
}

// recoverPanics answers a request whose handler panics with 500 and logs the stack under the request's id.
func recoverPanics(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				reason := recover()
				switch reason {
				case nil:
				case http.ErrAbortHandler: // net/http's own way to cut an answer off
					panic(reason)
				default:
					log.Error("panic in a request handler", "request", middleware.GetReqID(r.Context()),
						"method", r.Method, "path", r.URL.Path, "panic", reason, "stack", string(debug.Stack()))
					refuse(w, r, http.StatusInternalServerError, codeInternal, "internal error")
				}
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// trustedLength is how many bytes a client may announce for which there is room before they are here.
const trustedLength = 64 << 10

// readBody reads the whole body before the handler runs, so that a body that is too long is 413 and one that takes longer
// than the server's ReadTimeout 408, whatever the handler would make of the error.
func readBody(maxBytes int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var body bytes.Buffer
			body.Grow(int(max(0, min(r.ContentLength, maxBytes, trustedLength))) + bytes.MinRead)
			if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, maxBytes)); err != nil {
				refuseBody(w, r, err)
				return
			}
			r.Body = io.NopCloser(&body)
			next.ServeHTTP(w, r)
		})
	}
}

// refuseBody answers a request whose body could not be read.
func refuseBody(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	var timeout interface{ Timeout() bool }
	switch {
	case errors.As(err, &tooLarge):
		message := fmt.Sprintf("the body is longer than %d bytes", tooLarge.Limit)
		refuse(w, r, http.StatusRequestEntityTooLarge, codeBadInput, message)
	case errors.As(err, &timeout) && timeout.Timeout():
		refuse(w, r, http.StatusRequestTimeout, codeTimeout, "the body came too slowly")
	default:
		refuse(w, r, http.StatusBadRequest, codeBadInput, "the body is cut short")
	}
}
