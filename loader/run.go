package loader

import (
	"context"
	"sync"
)

// Get executes c and returns its value and whether it is defined. It joins the Scope in ctx, or
// makes one of its own. When ctx ends it returns ctx.Err() at once; what it was waiting for is
// cancelled unless others wait for it too.
//
// A function handed to a combinator must not call Get in the Scope it is executed in: the Scope
// would wait for the function, and the function for the Scope. FlatMap is for that. A fetch or a
// Future may, though not for what it is itself to fetch.
func (c Clump[T]) Get(ctx context.Context) (v T, defined bool, err error) {
	if err := ctx.Err(); err != nil {
		return v, false, err
	}
	s, ok := ScopeFrom(ctx)
	if !ok {
		s = NewScope()
		ctx = WithScope(ctx, s)
	}
	one := &single[T]{clump: c}
	if err := one.run(ctx, s); err != nil {
		return v, false, err
	}
	return one.out.value, one.out.defined, one.out.err
}

// single is the execution of one clump, in one piece.
type single[T any] struct {
	root
	clump Clump[T]
	out   outcome[T]
}

func (s *single[T]) run(ctx context.Context, in *Scope) (err error) {
	x := executions.Get().(*Execution)
	x.begin(ctx, in)
	finished := false
	defer func() {
		x.End()
		if finished {
			x.recycle()
		}
	}()
	s.x = x
	x.queue = append(x.queue, s)
	err = x.Drive()
	finished = err == nil
	return err
}

func (s *single[T]) step(x *Execution) {
	x.root = &s.root
	s.clump.start(x, port[T]{of: s})
}

func (s *single[T]) receive(_ *Execution, _ int, o outcome[T]) { s.out = o }

// GetOrElse is Get with a value for when c is undefined.
func (c Clump[T]) GetOrElse(ctx context.Context, def T) (T, error) {
	v, defined, err := c.Get(ctx)
	if err == nil && !defined {
		return def, nil
	}
	return v, err
}

// Require is Get for a clump that is known to be defined; where it is not, the error is
// ErrNotFound.
func (c Clump[T]) Require(ctx context.Context) (T, error) {
	v, defined, err := c.Get(ctx)
	if err == nil && !defined {
		return v, ErrNotFound
	}
	return v, err
}

// List is Get for a list, which is empty, and not nil, where c is undefined.
func List[T any](ctx context.Context, c Clump[[]T]) ([]T, error) {
	return c.GetOrElse(ctx, []T{})
}

// executions are those that have come to their end in a Get: nothing refers to them any more.
var executions = sync.Pool{New: func() any { return new(Execution) }}

// maxKept is how many elements a slice has room for at most that an execution keeps for the next
// use.
const maxKept = 1 << 14

func (x *Execution) recycle() {
	x.scope, x.ctx, x.within, x.root, x.trace = nil, nil, nil, nil, nil
	x.wake = nil // a channel belongs to the synctest bubble it was made in
	x.stack, x.queue, x.inbox, x.asks = kept(x.stack), kept(x.queue), kept(x.inbox), kept(x.asks)
	for _, d := range x.demands.list {
		if d != nil {
			d.recycle()
		}
	}
	executions.Put(x)
}

// kept returns s, which is empty, unless it is too large to be kept.
func kept[E any](s []E) []E {
	if cap(s) > maxKept {
		return nil
	}
	return s
}
