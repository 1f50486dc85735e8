package subscriber

import (
	"encoding/json"
	"fmt"
)

// Event is one answer of a subscription.
type Event struct {
	Data   json.RawMessage `json:"data"`
	Errors []Error         `json:"errors"`
}

// Error is an error of an answer.
type Error struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// Subscription is one that has been asked for.
type Subscription struct {
	next  func() (Event, error)
	close func() error
}

// Next waits for an event. The error is io.EOF when the server has completed the stream, and anything else when the connection ended.
func (s *Subscription) Next() (Event, error) { return s.next() }

// Read is Next for an event without errors, whose data it decodes.
func (s *Subscription) Read(data any) error {
	e, err := s.next()
	if err != nil {
		return err
	}
	if len(e.Errors) > 0 {
		return fmt.Errorf("event has errors: %v", e.Errors)
	}
	return json.Unmarshal(e.Data, data)
}

// Close ends the subscription, as a client does that has enough of it.
func (s *Subscription) Close() error { return s.close() }
