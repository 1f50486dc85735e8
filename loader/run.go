package loader

import "context"

// Get executes c and returns its value and whether it is defined. It joins the Scope in ctx, or makes one of its own.
// When ctx ends it returns ctx.Err() at once; what it was waiting for is cancelled unless others wait for it too.
//
// A function handed to a combinator must not call Get in the Scope it is executed in: the Scope would wait
// for the function, and the function for the Scope. FlatMap is for that. A fetch or a Future may.
func (c Clump[T]) Get(ctx context.Context) (v T, defined bool, err error) {
	if err := ctx.Err(); err != nil {
		return v, false, err
	}
	s, ok := ScopeFrom(ctx)
	if !ok {
		s = NewScope()
		ctx = WithScope(ctx, s)
	}
	x := s.Begin(ctx)
	defer x.End()
	var out outcome[T]
	Start(x, c, "", func(v T, defined bool, err error) { out = outcome[T]{v, defined, err} })
	if err := x.Drive(); err != nil {
		return v, false, err
	}
	return out.value, out.defined, out.err
}

// GetOrElse is Get with a value for when c is undefined.
func (c Clump[T]) GetOrElse(ctx context.Context, def T) (T, error) {
	v, defined, err := c.Get(ctx)
	if err == nil && !defined {
		return def, nil
	}
	return v, err
}

// Require is Get for a clump that is known to be defined; where it is not, the error is ErrNotFound.
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
