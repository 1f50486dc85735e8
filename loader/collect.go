package loader

import "slices"

// Collect is the list of the clumps' values, in order. Undefined ones are left out; a failed one
// fails the list (the first in order does, when several fail). All are waited for, so that the
// outcome does not depend on which fetch was quicker. Without clumps it is an empty list.
func Collect[T any](cs ...Clump[T]) Clump[[]T] {
	return Clump[[]T]{n: &collect[T]{slices.Clone(cs)}}
}

type collect[T any] struct {
	parts []Clump[T]
}

func (c *collect[T]) start(x *Execution, _ word, to port[[]T]) {
	x.push(newGather(x, c, len(c.parts), to))
}

func (*collect[T]) peek(*Scope, word) (o outcome[[]T], ok bool) { return o, false }
func (c *collect[T]) part(i int) Clump[T]                       { return c.parts[i] }

// Traverse is Collect over the clumps that f makes of the elements of in. f runs when the clump is
// executed, in order.
func Traverse[T, U any](in []T, f func(T) Clump[U]) Clump[[]U] {
	return Clump[[]U]{n: &traverse[T, U]{slices.Clone(in), f}}
}

type traverse[T, U any] struct {
	in []T
	f  func(T) Clump[U]
}

func (t *traverse[T, U]) start(x *Execution, _ word, to port[[]U]) {
	x.push(newGather(x, t, len(t.in), to))
}

func (*traverse[T, U]) peek(*Scope, word) (o outcome[[]U], ok bool) { return o, false }
func (t *traverse[T, U]) part(i int) Clump[U]                       { return t.f(t.in[i]) }

// parts are the clumps of a list.
type parts[T any] interface {
	part(i int) Clump[T]
}

// gather is a list under way: it receives the outcomes of its parts by their places.
type gather[T any] struct {
	from    parts[T]
	to      port[[]T]
	values  []T   // of the parts that are defined
	absent  []int // the parts that are not
	started int   // parts started
	missing int   // parts without an outcome
	failed  int   // the first part that failed, where err is not nil
	err     error
	behind  sends // of the parts' outcomes
}

func newGather[T any](x *Execution, from parts[T], n int, to port[[]T]) *gather[T] {
	g := framesOf[gather[T]](x).take()
	g.from, g.to, g.values, g.missing = from, to, make([]T, n), n
	return g
}

// step starts the parts, each only when all that can run of the one before has run: keys are asked
// for in the order in which one reads them. It is stepped once more when no outcome is missing.
func (g *gather[T]) step(x *Execution) {
	if g.started == len(g.values) {
		g.finish(x)
		return
	}
	g.startParts(x)
}

func (g *gather[T]) startParts(x *Execution) {
	making := false // a part, which may run user code
	defer func() {
		if !making {
			return
		}
		if r := recover(); r != nil {
			g.receive(x, g.started-1, failed[T](newPanicError(r)))
		}
	}()
	depth := x.push(g)
	var source node[T] // of the part started last; nil where that was no key
	for i := g.started; i < len(g.values); i++ {
		if i == len(g.values)-1 {
			x.pop() // it is the outcomes that push the gather when all are started
		}
		g.started++
		making = true
		c := g.from.part(i)
		making = false
		if source != nil && c.n == source {
			x.series.next(c.key, i)
			continue
		}
		x.series = nil
		c.start(x, port[T]{g, i})
		if len(x.stack) > depth {
			return // what the part pushed runs first, then this again
		}
		source = nil
		if x.series != nil {
			source = c.n
		}
	}
}

func (g *gather[T]) receive(x *Execution, i int, o outcome[T]) {
	if o.defined {
		g.values[i] = o.value
	} else {
		g.miss(i, o.err)
	}
	g.behind |= x.root.behind
	g.arrive(x, 1)
}

// miss notes that a part is not defined, and that it has failed where there is an error.
func (g *gather[T]) miss(i int, err error) {
	g.absent = append(g.absent, i)
	if err != nil && (g.err == nil || i < g.failed) {
		g.failed, g.err = i, err
	}
}

// arrive notes that n parts have their outcomes.
func (g *gather[T]) arrive(x *Execution, n int) {
	g.missing -= n
	if g.missing == 0 && g.started == len(g.values) {
		x.push(g)
	}
}

func (g *gather[T]) finish(x *Execution) {
	x.follow(g.behind)
	to, out := g.to, failed[[]T](g.err)
	if g.err == nil {
		out = defined(g.definedValues())
	}
	framesOf[gather[T]](x).leave(g)
	to.receive(x, out)
}

func (g *gather[T]) definedValues() []T {
	if len(g.absent) == 0 {
		return g.values
	}
	slices.Sort(g.absent)
	n, absent := 0, g.absent
	for i, v := range g.values {
		if len(absent) > 0 && absent[0] == i {
			absent = absent[1:]
			continue
		}
		g.values[n] = v
		n++
	}
	clear(g.values[n:])
	return g.values[:n:n]
}
