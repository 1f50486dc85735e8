package loader

// Handle gives a failed c another value: the one f returns for the error, unless its second result
// is false; then the error stays.
func (c Clump[T]) Handle(f func(error) (T, bool)) Clump[T] {
	return Clump[T]{n: &handle[T]{c, f}}
}

// Fallback is c, or v where c fails, whatever the error.
func (c Clump[T]) Fallback(v T) Clump[T] {
	return c.Handle(func(error) (T, bool) { return v, true })
}

type handle[T any] struct {
	in Clump[T]
	f  func(error) (T, bool)
}

func (h *handle[T]) start(x *Execution, _ word, to port[T])  { begin(x, h, to) }
func (*handle[T]) peek(*Scope, word) (o outcome[T], ok bool) { return o, false }
func (h *handle[T]) input() Clump[T]                         { return h.in }

func (h *handle[T]) apply(x *Execution, in outcome[T], to port[T]) {
	if in.err != nil {
		v, handled, err := protect2(h.f, in.err)
		switch {
		case err != nil:
			in = failed[T](err)
		case handled:
			in = defined(v)
		}
	}
	to.receive(x, in)
}

// Rescue goes on with another clump where c fails: the one f returns for the error, unless its
// second result is false; then the error stays.
func (c Clump[T]) Rescue(f func(error) (Clump[T], bool)) Clump[T] {
	return Clump[T]{n: &rescue[T]{c, f}}
}

// FallbackTo is c, or the other clump where c fails, whatever the error. The other is fetched only
// then.
func (c Clump[T]) FallbackTo(other Clump[T]) Clump[T] {
	return c.Rescue(func(error) (Clump[T], bool) { return other, true })
}

type rescue[T any] struct {
	in Clump[T]
	f  func(error) (Clump[T], bool)
}

func (r *rescue[T]) start(x *Execution, _ word, to port[T])  { begin(x, r, to) }
func (*rescue[T]) peek(*Scope, word) (o outcome[T], ok bool) { return o, false }
func (r *rescue[T]) input() Clump[T]                         { return r.in }

func (r *rescue[T]) apply(x *Execution, in outcome[T], to port[T]) {
	if in.err == nil {
		to.receive(x, in)
		return
	}
	c, rescued, err := protect2(r.f, in.err)
	switch {
	case err != nil:
		to.receive(x, failed[T](err))
	case rescued:
		c.start(x, to)
	default:
		to.receive(x, in)
	}
}
