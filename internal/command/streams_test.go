package command

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// openStream returns the status and the body of a stream, once its headers have come.
func openStream(t *testing.T, url string) (status int, body io.Reader) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer.StatusCode, answer.Body
}

// The time limit for reading a request ends no stream, though it would end the context of any other request that takes as long.
func TestStreams_outliveReadTimeout(t *testing.T) {
	const limit = 50 * time.Millisecond
	var s streams
	server := httptest.NewUnstartedServer(s.middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			t.Errorf("the stream ended: %v", r.Context().Err())
		case <-time.After(4 * limit):
		}
	})))
	server.Config.ReadTimeout = limit
	server.Start()
	defer server.Close()
	if status, _ := openStream(t, server.URL); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

// A signal ends the streams at once, whatever requests may take; run returns when both have ended, and other requests finish.
func TestServiceRun_streamsEndAtOnce(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var order steps
	entered, release := make(chan struct{}), make(chan struct{})
	s := &service{
		drain: time.Minute,
		handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isStream(r) {
				_ = http.NewResponseController(w).Flush()
				<-r.Context().Done()
				order.add("stream")
				return
			}
			close(entered)
			<-release
			if r.Context().Err() == nil {
				order.add("request")
			}
		}),
		work: untilDone,
	}
	url, ended := startService(t, ctx, s)
	_, stream := openStream(t, url)
	status := get(t, url)
	<-entered
	stop()
	if _, err := io.ReadAll(stream); err != nil {
		t.Errorf("the stream broke: %v", err)
	}
	close(release)
	if err := <-ended; err != nil {
		t.Errorf("run after a signal: %v", err)
	}
	if got := <-status; got != http.StatusOK || order.String() != "stream, request" {
		t.Errorf("status %d, ended in the order %s", got, &order)
	}
}

// A stream that does not end with its context does not hold the server beyond the time to drain, and none begins any more.
func TestStreams_end(t *testing.T) {
	var s streams
	entered, release := make(chan struct{}), make(chan struct{})
	server := httptest.NewServer(s.middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(entered)
		<-release
	})))
	defer server.Close()
	openStream(t, server.URL)
	ctx, cancel := context.WithCancel(t.Context())
	outcome := make(chan error, 1)
	go func() { outcome <- s.end(ctx) }()
	<-entered
	if status, _ := openStream(t, server.URL); status != http.StatusServiceUnavailable {
		t.Errorf("a new stream was answered %d", status)
	}
	cancel()
	if err := <-outcome; err == nil {
		t.Error("ended although a stream is open")
	}
	close(release)
}
