package gqlexec

import (
	"context"
	"io"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// rootFields executes the fields of the root within gqlgen's root field interceptors. Those of a query share one Scope, so the interceptors
// of a field run around those of the fields after it, and the innermost next drives them all:
//
//	interceptors of a ──> a is started
//	    interceptors of b ──> b is started
//	        everything is fetched and completed
//	    <── the answer of b
//	<── the answer of a
//
// The fields of a mutation follow each other, each within its own.
type rootFields struct {
	*run
	selection *selection[Root]
	block     block

	intercepted bool
	err         error // that ended the request
}

// query executes the fields from i on.
func (q *rootFields) query(ctx context.Context, i int) {
	for i < len(q.selection.fields) && q.selection.fields[i].Name == "__typename" {
		q.start(i)
		i++
	}
	if i == len(q.selection.fields) {
		q.drive()
		return
	}
	f, passed := &q.selection.fields[i], false
	q.intercept(ctx, i, func(own context.Context) {
		f.root = own
		q.start(i)
		if passed { // an interceptor that tries again
			q.drive()
			return
		}
		passed = true
		q.query(ctx, i+1)
	})
	if !passed {
		q.query(ctx, i+1)
	}
}

// mutation executes the fields one after the other, until the request ends.
func (q *rootFields) mutation(ctx context.Context) error {
	for i := range q.selection.fields {
		f := &q.selection.fields[i]
		execute := func(ctx context.Context) {
			if q.err == nil {
				q.err = q.inScope(ctx, f.Alias, func() { q.start(i) })
			}
		}
		if !q.intercepted || f.Name == "__typename" {
			execute(ctx)
		} else {
			q.intercept(ctx, i, execute)
		}
		if q.err != nil {
			return q.err
		}
	}
	return nil
}

// start begins the column of field i, also one that was executed before.
func (q *rootFields) start(i int) {
	f, slot := &q.selection.fields[i], q.block.base+Slot(i)
	f.ctx, f.selections, q.values[slot] = nil, nil, value{}
	executeColumn(q.run, q.selection, i, &Column{run: q.run, field: f, base: slot, rows: 1}, []Root{{}})
}

func (q *rootFields) drive() {
	if q.err == nil {
		q.err = q.run.drive()
	}
}

// intercept runs the interceptors of field i around execute and puts what they answer into its slot.
func (q *rootFields) intercept(ctx context.Context, i int, execute func(context.Context)) {
	f, slot := &q.selection.fields[i], q.block.base+Slot(i)
	ctx = graphql.WithRootFieldContext(ctx, &graphql.RootFieldContext{Object: f.Name, Field: f.CollectedField})
	var answered graphql.Marshaler // by execute
	contain(1, func(int) {
		var t turn
		defer t.end() // after a panic
		answer := q.operation.RootResolverMiddleware(ctx, func(ctx context.Context) graphql.Marshaler {
			var result graphql.Marshaler = graphql.Null
			t.take(func() {
				execute(ctx)
				answered = q.finishField(f, slot)
				result = answered
			})
			return result
		})
		t.end()
		if answer == nil || answer == graphql.Null || answer == graphql.RequiredNull {
			q.values[slot] = value{}
		} else if answer != answered {
			w := arenaWriter{q.run, len(q.arena)}
			answer.MarshalGQL(w)
			w.store(slot)
		}
	}, func(_ int, recovered any) {
		q.values[slot] = value{}
		q.panicked(slot, recovered)
	})
}

// finishField ends the execution of a root field: its slot holds what the answer has of it.
func (q *rootFields) finishField(f *Field, slot Slot) graphql.Marshaler {
	start := len(q.arena)
	encoded, ok := q.appendValue(q.arena, slot, f.typ)
	if !ok && q.operation.Operation.Operation == ast.Query {
		q.nulled = true // as gqlgen: whatever the interceptors answer
	}
	if !ok || string(encoded[start:]) == "null" {
		q.arena, q.values[slot] = encoded[:start], value{}
		return graphql.Null
	}
	q.arena = encoded
	q.raw(slot, start)
	return &rootAnswer{slices.Clone(encoded[start:])} // an interceptor may keep it, and the arena is used again
}

// rootAnswer is the encoded answer of a root field.
type rootAnswer struct{ json []byte }

// MarshalGQL writes the answer.
func (a *rootAnswer) MarshalGQL(w io.Writer) {
	_, _ = w.Write(a.json) // as all marshalers: who reads it knows
}
