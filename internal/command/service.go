package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	headerTimeout = 10 * time.Second // for a request's headers
	readTimeout   = 30 * time.Second // for its headers and body
	idleTimeout   = 2 * time.Minute  // between two requests of a connection
)

// service is what runs while `serve` serves: the HTTP server, the ledger's worker and a watch on the private Postgres.
// When one of them ends, all end.
type service struct {
	listener net.Listener
	handler  http.Handler
	work     func(context.Context) error // the worker: blocks until its context ends
	answer   time.Duration               // from the end of the headers of what is no stream until its answer is read; 0: no limit
	drain    time.Duration               // what requests under way get to finish in
	log      *slog.Logger

	postgresDone <-chan struct{} // closed when the private Postgres has ended; nil without one
	postgresErr  func() error    // why it has ended
}

// run serves until ctx ends (then it returns nil once all has stopped) or until one part fails (then its error).
// It stops in this order: no new connections, the requests under way, the worker that decides what they wait for.
// What the parts use, the pool and Postgres, is its caller's to close afterwards.
func (s *service) run(ctx context.Context) error {
	stopped := ctx // ended by the signal alone, the group's also by a failure
	group, ctx := errgroup.WithContext(ctx)
	requests, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	working, stopWorking := context.WithCancel(context.WithoutCancel(ctx))

	group.Go(func() error {
		defer stopWorking()
		return s.serveHTTP(ctx, requests, abandon)
	})
	group.Go(func() error {
		err := s.work(working)
		if working.Err() == nil {
			return fmt.Errorf("ledger worker stopped: %w", orUnexpected(err))
		}
		return nil // it was told to
	})
	group.Go(func() error {
		select {
		case <-ctx.Done():
			return nil
		case <-s.postgresDone:
			// Nothing that a request waits for can come any more.
			abandon()
			return fmt.Errorf("private Postgres stopped: %w", orUnexpected(s.postgresErr()))
		}
	})

	<-ctx.Done()
	if stopped.Err() != nil {
		s.log.Info("stopping", "reason", context.Cause(stopped))
	}
	return group.Wait()
}

// serveHTTP accepts connections until ctx ends, then lets the requests under way finish, for at most s.drain.
// Streams end at once. All requests run under the context requests, which abandon ends.
func (s *service) serveHTTP(ctx, requests context.Context, abandon func()) error {
	var streams streams
	server := &http.Server{
		Handler:           streams.middleware(s.handler),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      s.answer, // streams put it off with each of their writes
		IdleTimeout:       idleTimeout,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(s.listener) }()

	select {
	case err := <-served:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.drain)
	defer cancel()
	streamsEnded := make(chan error, 1)
	go func() { streamsEnded <- streams.end(draining) }()
	if err := errors.Join(server.Shutdown(draining), <-streamsEnded); err != nil {
		s.log.Warn("cutting off requests still under way", "after", s.drain)
		abandon()
		_ = server.Close() // closes connections; their errors are the clients' matter
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	return nil
}

func orUnexpected(err error) error {
	if err == nil {
		return errors.New("without being told to")
	}
	return err
}
