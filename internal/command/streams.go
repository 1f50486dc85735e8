package command

import (
	"context"
	"net/http"
	"strings"
	"sync"
)

// streams are the requests under way whose answers have no end of their own: WebSockets, which [http.Server.Shutdown] does not know
// of, and server-sent events, for which it would wait.
type streams struct {
	mu       sync.Mutex // guards all below
	open     map[*http.Request]context.CancelFunc
	stopping bool
	ended    chan struct{} // made when stopping while some are open; closed with the last
}

// middleware ends the context of each stream when the server stops, and answers 503 to those that come then.
func (s *streams) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isStream(r) {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		if !s.join(r, cancel) {
			refuse(w, r, http.StatusServiceUnavailable, codeUnavailable, "the server stops")
			return
		}
		defer s.leave(r)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func isStream(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") || strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}

func (s *streams) join(r *http.Request, cancel context.CancelFunc) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	if s.open == nil {
		s.open = map[*http.Request]context.CancelFunc{}
	}
	s.open[r] = cancel
	return true
}

func (s *streams) leave(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, r)
	if s.ended != nil && len(s.open) == 0 {
		close(s.ended)
		s.ended = nil
	}
}

// end ends all streams, and returns when they have ended or ctx has. It is called once.
func (s *streams) end(ctx context.Context) error {
	ended := make(chan struct{})
	s.mu.Lock()
	s.stopping = true
	for _, cancel := range s.open {
		cancel()
	}
	if len(s.open) == 0 {
		close(ended)
	} else {
		s.ended = ended
	}
	s.mu.Unlock()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
