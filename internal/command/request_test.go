package command

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5/middleware"
)

// echo answers with what it was sent.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(w, r.Body)
})

func TestIdentify(t *testing.T) {
	for _, test := range []struct {
		name, sent string
		kept       bool
	}{
		{"none", "", false},
		{"plain", "a-Plain_id.7", true},
		{"with a line break", "a\nlevel=ERROR", false},
		{"too long", strings.Repeat("x", 65), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var seen string
			handler := identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				seen = middleware.GetReqID(r.Context())
			}))
			request := httptest.NewRequest(http.MethodGet, "/", nil)
			request.Header.Set("X-Request-Id", test.sent)
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, request)

			if seen == "" || seen != answer.Header().Get("X-Request-Id") {
				t.Errorf("the handler sees id %q, the answer carries %q", seen, answer.Header().Get("X-Request-Id"))
			}
			if (seen == test.sent) != test.kept {
				t.Errorf("sent %q, became %q", test.sent, seen)
			}
		})
	}
}

// A panic must not reach the client, nor end the server; the log holds what is needed to find it again.
func TestRecoverPanics(t *testing.T) {
	var log bytes.Buffer
	handler := identify(recoverPanics(slog.New(slog.NewJSONHandler(&log, nil)))(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the secret reason") })))
	request := httptest.NewRequest(http.MethodGet, "/graphql", nil)
	request.Header.Set("X-Request-Id", "r-1")
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)

	if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "secret") {
		t.Errorf("answered %d %q", answer.Code, answer.Body)
	}
	told := readRefusal(t, answer.Result())
	if want := map[string]string{"code": "INTERNAL", "requestId": "r-1"}; !maps.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	var line struct{ Request, Panic, Stack string }
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if line.Request != "r-1" || line.Panic != "the secret reason" || !strings.Contains(line.Stack, "TestRecoverPanics") {
		t.Errorf("logged %+v", line)
	}
}

// readRefusal returns the extensions of the only error of an answer.
func readRefusal(t *testing.T, answer *http.Response) map[string]string {
	t.Helper()
	var refusal struct {
		Errors []struct {
			Message    string
			Extensions map[string]string
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&refusal); err != nil {
		t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "application/json" || len(refusal.Errors) != 1 || refusal.Errors[0].Message == "" {
		t.Fatalf("refused as %s by %+v", kind, refusal)
	}
	return refusal.Errors[0].Extensions
}

func TestRecoverPanics_abortHandlerPasses(t *testing.T) {
	handler := recoverPanics(slog.New(slog.DiscardHandler))(
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer func() {
		if reason := recover(); reason != http.ErrAbortHandler {
			t.Errorf("recovered %v", reason)
		}
	}()
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
}

func TestReadBody_size(t *testing.T) {
	server := httptest.NewServer(readBody(8)(echo))
	defer server.Close()
	for _, test := range []struct {
		name   string
		body   io.Reader
		status int
	}{
		{"at the limit", strings.NewReader("12345678"), http.StatusOK},
		{"above the limit", strings.NewReader("123456789"), http.StatusRequestEntityTooLarge},
		{"above the limit, of unknown length", io.MultiReader(strings.NewReader("123456789")), http.StatusRequestEntityTooLarge},
		{"none", nil, http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, test.body)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := server.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.StatusCode != test.status {
				t.Errorf("status %d, want %d", answer.StatusCode, test.status)
			}
			if test.status == http.StatusOK {
				return
			}
			if told := readRefusal(t, answer); told["code"] != "BAD_USER_INPUT" {
				t.Errorf("told %v", told)
			}
		})
	}
}

// A client that never finishes its body must not hold a request for ever.
func TestReadBody_slowClient(t *testing.T) {
	server := impatientServer(t, 50*time.Millisecond, echo)
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if told := readRefusal(t, answer); answer.StatusCode != http.StatusRequestTimeout || told["code"] != "TIMEOUT" {
		t.Errorf("answered %d, told %v", answer.StatusCode, told)
	}
}

// The timeout is the request's alone: an answer may take longer, and the request's context must survive it.
func TestReadBody_slowAnswer(t *testing.T) {
	const timeout = 50 * time.Millisecond
	server := impatientServer(t, timeout, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
			w.WriteHeader(http.StatusTeapot)
		case <-time.After(4 * timeout):
			echo(w, r)
		}
	})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("slow"))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK || string(body) != "slow" {
		t.Errorf("answered %d %q", answer.StatusCode, body)
	}
}

func impatientServer(t *testing.T, timeout time.Duration, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(readBody(1 << 20)(handler))
	server.Config.ReadTimeout = timeout
	server.Start()
	t.Cleanup(server.Close)
	return server
}
