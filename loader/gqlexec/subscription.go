package gqlexec

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Subscribe begins the stream of a field of the Subscription type: subscribe is called once, under the context of the subscription, and
// each value of its channel is an event, which is executed when the transport asks for it. A closed channel ends the stream.
func Subscribe[V any](c *Column, subscribe func() (<-chan V, error), complete Complete[V]) {
	c.each(func(i int) {
		values, err := subscribe()
		if err != nil {
			c.run.fail(c.slot(i), err)
			return
		}
		c.run.stream = stream[V]{values, complete}
	})
}

// DirectedSubscribe is [Subscribe] for a field with directives. They run once, when the subscription begins, and get the resolver's channel
// from next.
func DirectedSubscribe[V any](
	c *Column, directives Directives, subscribe func(context.Context) (<-chan V, error), complete Complete[V],
) {
	c.each(func(i int) {
		ctx := c.Context()
		res, err := directives(ctx, i, func(ctx context.Context) (any, error) { return subscribe(ctx) })
		if err != nil {
			c.run.fail(c.slot(i), err)
			return
		}
		switch values, ok := res.(<-chan V); {
		case ok:
			c.run.stream = stream[V]{values, complete}
		case res != nil:
			c.run.fail(c.slot(i), fmt.Errorf("unexpected type %T from middleware/directive chain, should be %T", res, values))
		case c.field.typ.NonNull && !graphql.HasFieldError(ctx, graphql.GetFieldContext(ctx)):
			c.run.fail(c.slot(i), errNullField)
		}
	})
}

// stream is what a subscription's resolver has returned.
type stream[V any] struct {
	values   <-chan V
	complete Complete[V]
}

// streamer is a stream of any type.
type streamer interface {
	// next waits for an event and returns what completes it as the value of a column with one row. It is not ok when the stream or ctx
	// has ended.
	next(ctx context.Context) (complete func(*Column), ok bool)
}

func (s stream[V]) next(ctx context.Context) (complete func(*Column), ok bool) {
	select {
	case v, ok := <-s.values:
		return func(c *Column) {
			typ := *c.field.typ // an interface's nil is told apart from a resolver's by the pointer: here it is an element of the stream
			s.complete(Cells{run: c.run, field: c.field, typ: &typ, slots: places{n: 1, base: c.base}}, []V{v})
		}, ok
	case <-ctx.Done():
		return nil, false
	}
}

// subscription is one that has begun. Its handler is called by one goroutine at a time.
type subscription struct {
	schema *Schema
	stream streamer
	args   map[string]any // of its field
}

// subscribe calls the resolver of the only field that the operation selects. Its errors are those of ctx; then the stream is nil.
func (s *Schema) subscribe(ctx context.Context) graphql.ResponseHandler {
	r, selected, err := s.begin(ctx, s.Subscription)
	defer r.finish()
	switch {
	case err != nil:
		graphql.AddError(ctx, err)
	case len(selected.fields) != 1: // validation counts names, not response keys, and does not skip
		graphql.AddError(ctx, gqlerror.Errorf("must subscribe to exactly one stream"))
	default:
		b := r.block(selected.fields, places{})
		executeBlock(r, selected, b, []Root{{}})
	}
	if r.stream == nil {
		return func(context.Context) *graphql.Response { return nil }
	}
	sub := &subscription{schema: s, stream: r.stream, args: selected.fields[0].args}
	return sub.respond
}

// respond waits for the next event and executes it, in a Scope of its own. It is nil when the stream has ended.
func (s *subscription) respond(ctx context.Context) *graphql.Response {
	complete, ok := s.stream.next(ctx)
	if !ok {
		return nil
	}
	event := ctx
	if s.schema.EventTimeout > 0 {
		var cancel context.CancelFunc
		event, cancel = context.WithTimeout(ctx, s.schema.EventTimeout)
		defer cancel()
	}
	restart(event)
	data, err := s.execute(event, complete)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		graphql.AddError(event, err)
		data = []byte("null")
	}
	return &graphql.Response{Data: data}
}

// execute has fields of its own for each event: they keep contexts of their event's Scope.
func (s *subscription) execute(ctx context.Context, complete func(*Column)) ([]byte, error) {
	r, selected, err := s.schema.begin(ctx, s.schema.Subscription)
	defer r.finish()
	if err != nil {
		return nil, err
	}
	b := r.block(selected.fields, places{})
	selected.fields[0].args = s.args
	column := &Column{run: r, field: &selected.fields[0], base: b.base, rows: 1}
	if err := r.inScope(r.ctx, "", func() { complete(column) }); err != nil {
		return nil, err
	}
	return r.encode(b), nil
}
