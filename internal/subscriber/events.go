package subscriber

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Events subscribes by server-sent events, with POST.
func Events(ctx context.Context, address, query string) (*Subscription, error) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	return events(request)
}

// EventSource subscribes by server-sent events as the EventSource of a browser does, with GET.
func EventSource(ctx context.Context, address, query string) (*Subscription, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"?"+url.Values{"query": {query}}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	return events(request)
}

func events(request *http.Request) (*Subscription, error) {
	request.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || kind != "text/event-stream" {
		_ = answer.Body.Close()
		return nil, fmt.Errorf("status %d, content type %q", answer.StatusCode, kind)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<24)
	return &Subscription{next: func() (Event, error) { return nextEvent(lines) }, close: answer.Body.Close}, nil
}

// nextEvent reads up to the data of an event "next"; lines that begin with a colon are pings.
func nextEvent(lines *bufio.Scanner) (e Event, err error) {
	for lines.Scan() {
		line := lines.Text()
		if line == "event: complete" {
			return e, io.EOF
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return e, json.Unmarshal([]byte(data), &e)
		}
	}
	if err := lines.Err(); err != nil {
		return e, err
	}
	return e, io.ErrUnexpectedEOF
}
