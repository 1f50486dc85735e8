package loader

import "context"

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
	} else if c.n != nil {
		if out, ok := c.n.peek(s, c.key); ok {
			return out.value, out.defined, out.err
		}
	}
	x := beginGet(ctx, s)
	defer x.End()
	g := framesOf[single[T]](x).take()
	g.self.x, g.clump = x, c
	x.queue = append(x.queue, g)
	if err := x.Drive(); err != nil {
		return v, false, err
	}
	out := g.out
	framesOf[single[T]](x).leave(g)
	return out.value, out.defined, out.err
}

// single is the one clump of a Get.
type single[T any] struct {
	self  root
	clump Clump[T]
	out   outcome[T]
}

func (s *single[T]) step(x *Execution) {
	x.root = &s.self
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
