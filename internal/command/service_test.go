package command

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// steps records what happened in which order.
type steps struct {
	mu   sync.Mutex // guards list
	list []string
}

func (s *steps) add(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, step)
}

func (s *steps) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.list, ", ")
}

func untilDone(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// startService runs s on a free port of its own and returns its URL and the channel with run's outcome.
func startService(t *testing.T, ctx context.Context, s *service) (url string, outcome <-chan error) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener, s.log = listener, slog.New(slog.DiscardHandler)
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	return "http://" + listener.Addr().String(), ended
}

// get sends a request in the background and delivers the status, 0 when the connection broke.
func get(t *testing.T, url string) <-chan int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	status := make(chan int, 1)
	go func() {
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			status <- 0
			return
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		status <- answer.StatusCode
	}()
	return status
}

// A request under way waits for what the worker decides: if the worker stopped first, draining would be a deadlock.
func TestServiceRun_workerOutlivesRequests(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var order steps
	entered, release := make(chan struct{}), make(chan struct{})
	s := &service{
		drain: time.Minute,
		handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			close(entered)
			<-release
			order.add("request")
		}),
		work: func(ctx context.Context) error {
			<-ctx.Done()
			order.add("worker")
			return ctx.Err()
		},
	}
	url, ended := startService(t, ctx, s)
	status := get(t, url)
	<-entered
	stop()
	refused(t, url)
	close(release)

	if err := <-ended; err != nil {
		t.Errorf("run after a signal: %v", err)
	}
	if got := <-status; got != http.StatusOK {
		t.Errorf("the request under way was answered %d", got)
	}
	if got := order.String(); got != "request, worker" {
		t.Errorf("ended in the order %s", got)
	}
}

// refused returns once new connections are refused.
func refused(t *testing.T, url string) {
	t.Helper()
	for {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			return
		}
		_ = connection.Close()
	}
}

// A request that never ends gets its time, then its context ends, and the server stops all the same.
func TestServiceRun_drainIsBounded(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	entered, ended := make(chan struct{}), make(chan error, 1)
	s := &service{
		drain: 10 * time.Millisecond,
		handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			ended <- r.Context().Err()
		}),
		work: untilDone,
	}
	url, outcome := startService(t, ctx, s)
	get(t, url)
	<-entered
	stop()
	if err := <-outcome; err != nil {
		t.Errorf("run after a signal: %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the request's context ended with %v", err)
	}
}

// A client that reads nothing of its answer keeps the server busy with it for a bounded time, and others are served.
func TestServiceRun_clientReadsNothing(t *testing.T) {
	ended := make(chan error, 1)
	s := &service{
		answer: 200 * time.Millisecond,
		handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/long" {
				_, err := w.Write(make([]byte, 64<<20)) // more than the buffers between server and client hold
				ended <- err
			}
		}),
		work: untilDone,
	}
	ctx, stop := context.WithCancel(t.Context())
	url, outcome := startService(t, ctx, s)
	connection, err := new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "GET /long HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the answer ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the answer goes on")
	}
	if got := <-get(t, url); got != http.StatusOK {
		t.Errorf("another request was answered %d", got)
	}
	stop()
	if err := <-outcome; err != nil {
		t.Errorf("run after a signal: %v", err)
	}
}

func TestServiceRun_workerFails(t *testing.T) {
	reason := errors.New("the depot is gone")
	for _, err := range []error{reason, nil} {
		s := &service{handler: http.NotFoundHandler(), work: func(context.Context) error { return err }}
		_, ended := startService(t, t.Context(), s)
		got := <-ended
		if got == nil || !strings.HasPrefix(got.Error(), "ledger worker stopped: ") || err != nil && !errors.Is(got, err) {
			t.Errorf("worker returned %v: run returned %v", err, got)
		}
	}
}

// Without its Postgres the server has nothing to serve: it says so and ends, without waiting for stuck requests.
func TestServiceRun_postgresDies(t *testing.T) {
	died, entered := make(chan struct{}), make(chan struct{})
	s := &service{
		drain: time.Hour,
		handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
		}),
		work:         untilDone,
		postgresDone: died,
		postgresErr:  func() error { return errors.New("exit status 2") },
	}
	url, ended := startService(t, t.Context(), s)
	get(t, url)
	<-entered
	close(died)
	if err := <-ended; err == nil || err.Error() != "private Postgres stopped: exit status 2" {
		t.Errorf("run returned %v", err)
	}
}

func TestServiceRun_listenerFails(t *testing.T) {
	s := &service{handler: http.NotFoundHandler(), work: untilDone}
	_, ended := startService(t, t.Context(), s)
	_ = s.listener.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("run returned %v", err)
	}
}

func TestNewRouter_paths(t *testing.T) {
	ready := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	router := newRouter(echo, ready, 1<<20, slog.New(slog.DiscardHandler))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: router, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	var got []int
	for _, path := range []string{"/", "/graphql", "/healthz", "/readyz", "/nothing"} {
		got = append(got, <-get(t, "http://"+listener.Addr().String()+path))
	}
	if want := []int{200, 200, 200, 503, 404}; !slices.Equal(got, want) {
		t.Errorf("statuses %v, want %v", got, want)
	}
}
