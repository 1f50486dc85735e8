package loader

// operation is a node that evaluates one clump and turns its outcome into its own. Every unary
// combinator is one: what it takes, and what it does with the outcome.
type operation[T, U any] interface {
	input() Clump[T]
	apply(x *Execution, in outcome[T], to port[U])
}

// then is an operation under way. It is stepped twice: to start its input, and with the outcome.
type then[T, U any] struct {
	op       operation[T, U]
	to       port[U]
	in       outcome[T]
	received bool
}

func begin[T, U any](x *Execution, op operation[T, U], to port[U]) {
	t := framesOf[then[T, U]](x).take()
	t.op, t.to = op, to
	x.push(t)
}

func (t *then[T, U]) step(x *Execution) {
	if t.received {
		op, in, to := t.op, t.in, t.to
		framesOf[then[T, U]](x).leave(t)
		op.apply(x, in, to)
		return
	}
	t.op.input().start(x, port[T]{of: t})
}

func (t *then[T, U]) receive(x *Execution, _ int, in outcome[T]) {
	t.in, t.received = in, true
	x.push(t)
}

// Map applies f to the value of c, where it is defined.
func Map[T, U any](c Clump[T], f func(T) U) Clump[U] {
	return Clump[U]{n: &mapping[T, U]{c, f}}
}

type mapping[T, U any] struct {
	in Clump[T]
	f  func(T) U
}

func (m *mapping[T, U]) start(x *Execution, _ word, to port[U])  { begin(x, m, to) }
func (*mapping[T, U]) peek(*Scope, word) (o outcome[U], ok bool) { return o, false }
func (m *mapping[T, U]) input() Clump[T]                         { return m.in }

func (m *mapping[T, U]) apply(x *Execution, in outcome[T], to port[U]) {
	if !in.defined {
		to.receive(x, outcome[U]{err: in.err})
		return
	}
	u, err := protect(m.f, in.value)
	to.receive(x, outcome[U]{value: u, defined: err == nil, err: err})
}

// FlatMap applies f to the value of c, where it is defined, and goes on with the clump that f
// returns.
func FlatMap[T, U any](c Clump[T], f func(T) Clump[U]) Clump[U] {
	return Clump[U]{n: &flatMapping[T, U]{c, f}}
}

type flatMapping[T, U any] struct {
	in Clump[T]
	f  func(T) Clump[U]
}

func (m *flatMapping[T, U]) start(x *Execution, _ word, to port[U])  { begin(x, m, to) }
func (*flatMapping[T, U]) peek(*Scope, word) (o outcome[U], ok bool) { return o, false }
func (m *flatMapping[T, U]) input() Clump[T]                         { return m.in }

func (m *flatMapping[T, U]) apply(x *Execution, in outcome[T], to port[U]) {
	if !in.defined {
		to.receive(x, outcome[U]{err: in.err})
		return
	}
	goOn(x, m.f, in.value, to)
}

// goOn continues with the clump that f makes of v. The outcome goes straight to the receiver, so
// that nothing of a chain that nests to the right is kept.
func goOn[T, U any](x *Execution, f func(T) Clump[U], v T, to port[U]) {
	c, err := protect(f, v)
	if err != nil {
		to.receive(x, failed[U](err))
		return
	}
	c.start(x, to)
}

// Filter is c where f holds of its value, and undefined where it does not.
func (c Clump[T]) Filter(f func(T) bool) Clump[T] {
	return Clump[T]{n: &filter[T]{c, f}}
}

type filter[T any] struct {
	in Clump[T]
	f  func(T) bool
}

func (f *filter[T]) start(x *Execution, _ word, to port[T])  { begin(x, f, to) }
func (*filter[T]) peek(*Scope, word) (o outcome[T], ok bool) { return o, false }
func (f *filter[T]) input() Clump[T]                         { return f.in }

func (f *filter[T]) apply(x *Execution, in outcome[T], to port[T]) {
	if in.defined {
		keep, err := protect(f.f, in.value)
		if !keep || err != nil {
			in = outcome[T]{err: err}
		}
	}
	to.receive(x, in)
}
