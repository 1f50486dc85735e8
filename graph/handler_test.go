package graph

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// A batch that panics fails all of its keys with the same panic.
func TestHandler_PanicIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	h := &handler{log: slog.New(slog.NewTextHandler(&log, nil)), requestID: func(context.Context) string { return "request-1" }}
	ctx := context.WithValue(t.Context(), loggedKey{}, &logged{})
	for _, value := range []string{"a", "a", "b"} {
		if err := h.recovered(ctx, &loader.PanicError{Value: value}); err != errInternal {
			t.Errorf("told %v", err)
		}
	}
	if got := strings.Count(log.String(), "panic in a resolver"); got != 2 {
		t.Errorf("logged %d times, want once for each panic:\n%s", got, &log)
	}
}
