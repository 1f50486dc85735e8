package testserver

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// Streams resolves the subscriptions. Its channels are handed out as they are.
type Streams struct {
	Texts    chan string
	Required chan *Error
}

func (s *Streams) Updated(context.Context) (<-chan string, error)       { return s.Texts, nil }
func (s *Streams) ErrorRequired(context.Context) (<-chan *Error, error) { return s.Required, nil }

// InitPayload streams what a WebSocket's client sent when it connected, in the order of its names.
func (*Streams) InitPayload(ctx context.Context) (<-chan string, error) {
	payload := transport.GetInitPayload(ctx)
	texts := make(chan string, 1+len(payload))
	texts <- "authorized by " + payload.Authorization()
	for _, name := range slices.Sorted(maps.Keys(payload)) {
		texts <- fmt.Sprint(name, " = ", payload[name])
	}
	close(texts)
	return texts, nil
}

func okStream() (<-chan *string, error) {
	s, stream := "Ok", make(chan *string, 1)
	stream <- &s
	close(stream)
	return stream, nil
}

func (*Streams) DirectiveArg(context.Context, string) (<-chan *string, error) { return okStream() }

func (*Streams) DirectiveNullableArg(context.Context, *int, *int, *string) (<-chan *string, error) {
	return okStream()
}

func (*Streams) DirectiveDouble(context.Context) (<-chan *string, error)        { return okStream() }
func (*Streams) DirectiveUnimplemented(context.Context) (<-chan *string, error) { return okStream() }
