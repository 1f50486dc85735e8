package subscriber

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Events subscribes by server-sent events.
func Events(ctx context.Context, url, query string) (*Subscription, error) {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
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
