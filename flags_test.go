package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/internal/subscriber"
)

// post sends a query that is to be answered as the header Accept says. The body goes with the test.
func (p *process) post(t *testing.T, query, accept string) (status int, answer io.Reader) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response.StatusCode, response.Body
}

// refusal returns the status of the answer to a query, and the code of its only error; "": there is none.
func (p *process) refusal(t *testing.T, query string) (status int, code string) {
	t.Helper()
	status, answer := p.post(t, query, "application/json")
	var got struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.NewDecoder(answer).Decode(&got); err != nil || len(got.Errors) > 1 {
		t.Fatalf("%.100s: answered %+v %v", query, got, err)
	}
	if len(got.Errors) == 1 {
		code = got.Errors[0].Extensions.Code
	}
	return status, code
}

// Each limit that `serve --help` lists is the one of the program that runs: what is just within is answered, what is beyond it is not.
func TestServe_limits(t *testing.T) {
	url := pgtest.URL(t)
	execute(t, url, `INSERT INTO users (id, name) SELECT n, repeat('x', 1000) FROM generate_series(0, 999) n`)
	server := startServer(t, "--database-url", url,
		"--max-body=20000", "--max-depth=3", "--max-complexity=40000", "--write-timeout=200ms", "--drain-timeout=100ms", "--origins=*.example.org")
	const plain = `{user(id: 1) {id}}`
	for _, test := range []struct {
		name, within, beyond string
		status               int
		code                 string
	}{
		{"max-body", plain + strings.Repeat(" ", 19_000), plain + strings.Repeat(" ", 20_000), http.StatusRequestEntityTooLarge, "BAD_USER_INPUT"},
		{"max-depth", `{user(id: 1) {account {balance}}}`, `{user(id: 1) {account {user {id}}}}`, http.StatusUnprocessableEntity, "QUERY_TOO_DEEP"},
		{"max-complexity", `{tracks(first: 1000) {nodes {id}}}`, aliased(50, `tracks(first: 1000) {nodes {id}}`), http.StatusUnprocessableEntity, "QUERY_TOO_COMPLEX"},
	} {
		if status, code := server.refusal(t, test.within); status != http.StatusOK || code != "" {
			t.Errorf("within --%s: %d %s", test.name, status, code)
		}
		if status, code := server.refusal(t, test.beyond); status != test.status || code != test.code {
			t.Errorf("beyond --%s: %d %s", test.name, status, code)
		}
	}
	for origin, allowed := range map[string]bool{"https://app.example.org": true, "https://example.com": false} {
		socket, err := subscriber.Dial(t.Context(), server.url+"/graphql", origin)
		if (err == nil) != allowed {
			t.Errorf("a WebSocket of %s: %v", origin, err)
		}
		if err == nil {
			_ = socket.Close()
		}
	}
	server.cutsOffWhoDoesNotRead(t)
	for line := range strings.Lines(server.log()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is not JSON: %s", line)
		}
	}

	release := lockUsers(t, url)
	defer release()
	go func() { _ = server.send(plain, nil) }() // it is cut off
	waitUntil(t, "a request waits for the table", func() bool { return count(t, url, `SELECT count(*) FROM pg_locks WHERE NOT granted`) > 0 })
	if code := server.stop(t, syscall.SIGTERM); code != 0 || !strings.Contains(server.log(), `"cutting off requests still under way","after":100000000`) {
		t.Errorf("--drain-timeout: exit code %d\n%s", code, server.log())
	}
}

// aliased is a query of a field so many times.
func aliased(times int, field string) string {
	var query strings.Builder
	for n := range times {
		fmt.Fprintf(&query, "a%d: %s ", n, field)
	}
	return "{" + query.String() + "}"
}

// cutsOffWhoDoesNotRead asks for more than the buffers on the way hold, and reads it after a while, a longer one each time.
func (p *process) cutsOffWhoDoesNotRead(t *testing.T) {
	t.Helper()
	var ids strings.Builder
	for id := range 1000 {
		fmt.Fprintf(&ids, "%d ", id)
	}
	var query strings.Builder // of seven megabytes
	fmt.Fprintf(&query, "query ($ids: [ID!]! = [%s]) %s", ids.String(), aliased(7, `usersById(ids: $ids) {name}`))
	for pause := time.Second; pause < patience/2; pause *= 2 {
		_, answer := p.post(t, query.String(), "text/event-stream")
		body := bufio.NewReader(answer)
		for line := ""; !strings.HasPrefix(line, "event: next"); {
			var err error
			if line, err = body.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(pause) // in which nothing is read
		if _, err := io.Copy(io.Discard, body); err != nil {
			return
		}
	}
	t.Error("--write-timeout: a client that does not read for long is answered")
}

// lockUsers keeps everybody from reading users until release is called.
func lockUsers(t *testing.T, url string) (release func()) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	connection, err := pgx.Connect(ctx, url)
	if err == nil {
		_, err = connection.Exec(ctx, `BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE`)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = connection.Close(ctx) }
}

func TestServe_timeout(t *testing.T) {
	url := pgtest.URL(t)
	server := startServer(t, "--database-url", url, "--timeout=300ms")
	release := lockUsers(t, url)
	defer release()
	if _, code := server.refusal(t, `{user(id: 1) {id}}`); code != "TIMEOUT" {
		t.Errorf("beyond --timeout: %s", code)
	}
}
