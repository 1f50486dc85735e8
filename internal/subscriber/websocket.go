package subscriber

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/coder/websocket"
)

// message is one of the protocol graphql-transport-ws.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// Socket is a WebSocket whose connection_init the server has acknowledged. It has one operation at a time.
type Socket struct{ conn *websocket.Conn }

// Dial opens a WebSocket to a URL, from a page of the origin; "": from no page.
func Dial(ctx context.Context, url, origin string) (*Socket, error) {
	options := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{}}
	if origin != "" {
		options.HTTPHeader.Set("Origin", origin)
	}
	conn, answer, err := websocket.Dial(ctx, url, options)
	if err != nil {
		return nil, err
	}
	if answer.Body != nil {
		_ = answer.Body.Close()
	}
	s := &Socket{conn}
	if err := s.send(ctx, message{Type: "connection_init"}); err != nil {
		return nil, err
	}
	if m, err := s.receive(ctx); err != nil || m.Type != "connection_ack" {
		return nil, fmt.Errorf("connection_init was answered by %q: %w", m.Type, err)
	}
	return s, nil
}

// WebSocket subscribes by a WebSocket of its own.
func WebSocket(ctx context.Context, url, query string) (*Subscription, error) {
	s, err := Dial(ctx, url, "")
	if err != nil {
		return nil, err
	}
	return s.Subscribe(ctx, "1", query)
}

// Subscribe asks for an operation. What is received for others is lost.
func (s *Socket) Subscribe(ctx context.Context, id, query string) (*Subscription, error) {
	payload, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return nil, err
	}
	if err := s.send(ctx, message{ID: id, Type: "subscribe", Payload: payload}); err != nil {
		return nil, err
	}
	return &Subscription{next: func() (Event, error) { return s.next(ctx, id) }, close: s.Close}, nil
}

func (s *Socket) next(ctx context.Context, id string) (e Event, err error) {
	for {
		m, err := s.receive(ctx)
		switch {
		case err != nil:
			return e, err
		case m.ID != id:
		case m.Type == "next":
			return e, json.Unmarshal(m.Payload, &e)
		case m.Type == "error":
			return e, json.Unmarshal(m.Payload, &e.Errors)
		case m.Type == "complete":
			return e, io.EOF
		}
	}
}

// Close closes the WebSocket, and with it every subscription that goes by it.
func (s *Socket) Close() error { return s.conn.Close(websocket.StatusNormalClosure, "") }

// CloseCode is the code with which the server closed the WebSocket, by the error of a Next; -1: it did not.
func CloseCode(err error) int { return int(websocket.CloseStatus(err)) }

func (s *Socket) send(ctx context.Context, m message) error {
	content, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.conn.Write(ctx, websocket.MessageText, content)
}

// receive answers pings on the way.
func (s *Socket) receive(ctx context.Context) (m message, err error) {
	for {
		_, content, err := s.conn.Read(ctx)
		if err != nil {
			return m, err
		}
		m = message{}
		if err := json.Unmarshal(content, &m); err != nil {
			return m, err
		}
		if m.Type != "ping" {
			return m, nil
		}
		if err := s.send(ctx, message{Type: "pong"}); err != nil {
			return m, err
		}
	}
}
