package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// server is a place for a clumpql process, which can be killed and started again.
type server struct {
	index       int
	program     string
	databaseURL string
	proxy       *proxy // nil: none

	mu        sync.Mutex              // held by whoever makes it fail
	current   atomic.Pointer[process] // nil: none listens
	disturbed atomic.Int64            // rises whenever requests may be cut off or left waiting
}

// startPause is the time between two attempts to start a server whose database is away.
const startPause = 200 * time.Millisecond

// start starts a process, again and again while that fails: the database may be away.
func (s *server) start(ctx context.Context) error {
	for {
		p, err := startProcess(ctx, s.program, s.databaseURL)
		if err == nil {
			s.current.Store(p)
			return nil
		}
		if pause(ctx, startPause) != nil {
			return fmt.Errorf("start server %d: %w", s.index, err)
		}
	}
}

// take lets no client find the process any more, and returns it to the caller to end.
func (s *server) take() *process {
	s.disturbed.Add(1)
	return s.current.Swap(nil)
}

// pause waits, and returns early with ctx.Err() when ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
