package loader

import "slices"

// Collect is the list of the clumps' values, in order. Undefined ones are left out; a failed one
// fails the list (the first in order does, when several fail). All are waited for, so that the
// outcome does not depend on which fetch was quicker. Without clumps it is an empty list.
func Collect[T any](cs ...Clump[T]) Clump[[]T] {
	return Clump[[]T]{&collect[T]{slices.Clone(cs)}}
}

type collect[T any] struct {
	parts []Clump[T]
}

func (c *collect[T]) start(x *Execution, to receiver[[]T]) { x.push(newGather(c, len(c.parts), to)) }
func (c *collect[T]) part(i int) (Clump[T], error)         { return c.parts[i], nil }

// Traverse is Collect over the clumps that f makes of the elements of in. f runs when the clump is
// executed, in order.
func Traverse[T, U any](in []T, f func(T) Clump[U]) Clump[[]U] {
	return Clump[[]U]{&traverse[T, U]{slices.Clone(in), f}}
}

type traverse[T, U any] struct {
	in []T
	f  func(T) Clump[U]
}

func (t *traverse[T, U]) start(x *Execution, to receiver[[]U]) { x.push(newGather(t, len(t.in), to)) }
func (t *traverse[T, U]) part(i int) (Clump[U], error)         { return protect(t.f, t.in[i]) }

// parts are the clumps of a list.
type parts[T any] interface {
	part(i int) (Clump[T], error)
}

// gather is a list under way: each part has a slot that receives its outcome.
type gather[T any] struct {
	from    parts[T]
	to      receiver[[]T]
	slots   []slot[T]
	started int // parts started
	missing int // slots without an outcome
	failed  int // the first slot that failed, where err is not nil
	err     error
	behind  sends // of the slots' outcomes
}

type slot[T any] struct {
	list    *gather[T]
	index   int
	value   T
	defined bool
}

func newGather[T any](from parts[T], n int, to receiver[[]T]) *gather[T] {
	g := &gather[T]{from: from, to: to, slots: make([]slot[T], n), missing: n}
	for i := range g.slots {
		g.slots[i].list, g.slots[i].index = g, i
	}
	return g
}

// step starts the parts, each only when all that can run of the one before has run: keys are asked
// for in the order in which one reads them. It is stepped once more when no outcome is missing.
func (g *gather[T]) step(x *Execution) {
	n := len(g.slots)
	if g.started == n {
		g.finish(x)
		return
	}
	depth := x.push(g)
	for g.started < n-1 {
		g.begin(x)
		if len(x.stack) > depth {
			return // what the part pushed runs first, then this again
		}
	}
	x.pop()
	g.begin(x)
}

// begin starts the next part. When the last one is started, it is the slots that push the gather.
func (g *gather[T]) begin(x *Execution) {
	s := &g.slots[g.started]
	g.started++
	c, err := g.from.part(s.index)
	if err != nil {
		s.receive(x, failed[T](err))
		return
	}
	c.start(x, s)
}

func (s *slot[T]) receive(x *Execution, o outcome[T]) {
	g := s.list
	s.value, s.defined = o.value, o.defined
	g.behind |= x.root.behind
	if o.err != nil && (g.err == nil || s.index < g.failed) {
		g.failed, g.err = s.index, o.err
	}
	g.missing--
	if g.missing == 0 && g.started == len(g.slots) {
		x.push(g)
	}
}

func (g *gather[T]) finish(x *Execution) {
	x.follow(g.behind)
	if g.err != nil {
		g.to.receive(x, failed[[]T](g.err))
		return
	}
	n := 0
	for i := range g.slots {
		if g.slots[i].defined {
			n++
		}
	}
	values := make([]T, 0, n)
	for i := range g.slots {
		if g.slots[i].defined {
			values = append(values, g.slots[i].value)
		}
	}
	g.to.receive(x, defined(values))
}
