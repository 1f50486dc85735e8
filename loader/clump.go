package loader

// Clump describes a value of type T that may have to be fetched: what to fetch and how to put the
// results together, not when or in which batches. Building one runs nothing.
//
// A Clump is immutable and may be shared between goroutines and used any number of times. Each use
// is evaluated on its own; keys fetched are shared through the Scope. Executed, a clump is defined
// (it has a value), undefined, or failed. The zero Clump is undefined.
type Clump[T any] struct {
	n   node[T]
	key word
}

// node is one expression of a clump. start begins its evaluation in x, whose outcome goes to the
// port, exactly once: at once or after fetches. It must not recurse into other nodes' start: it
// pushes a frame that does, so that no depth of nesting grows the stack.
type node[T any] interface {
	start(x *Execution, key word, to port[T])

	// peek returns the outcome where it is at hand, without an execution: of a constant, and of a key
	// that a Scope has cached.
	peek(s *Scope, key word) (o outcome[T], ok bool)
}

// receiver is who waits for outcomes, told apart by numbers of its own. receive stores one and
// pushes a frame; it runs no user code.
type receiver[T any] interface {
	receive(x *Execution, number int, o outcome[T])
}

// port is where an outcome goes.
type port[T any] struct {
	of     receiver[T]
	number int
}

func (p port[T]) receive(x *Execution, o outcome[T]) { p.of.receive(x, p.number, o) }

// outcome is how a clump ended: failed when err is not nil, else defined or not.
type outcome[T any] struct {
	value   T
	defined bool
	err     error
}

func defined[T any](v T) outcome[T]      { return outcome[T]{value: v, defined: true} }
func failed[T any](err error) outcome[T] { return outcome[T]{err: err} }

func (c Clump[T]) start(x *Execution, to port[T]) {
	if c.n == nil {
		to.receive(x, outcome[T]{})
		return
	}
	c.n.start(x, c.key, to)
}

// Value is the clump of a value at hand.
func Value[T any](v T) Clump[T] {
	return Clump[T]{n: &constant[T]{defined(v)}}
}

// Empty is a clump that is defined nowhere.
func Empty[T any]() Clump[T] { return Clump[T]{} }

// Fail is a clump that has failed. A nil err gives Empty.
func Fail[T any](err error) Clump[T] {
	return Clump[T]{n: &constant[T]{failed[T](err)}}
}

type constant[T any] struct {
	out outcome[T]
}

func (c *constant[T]) start(x *Execution, _ word, to port[T]) { to.receive(x, c.out) }
func (c *constant[T]) peek(*Scope, word) (outcome[T], bool)   { return c.out, true }

// Try is the clump of what f returns; an error or a panic of f makes it fail. f runs when the clump
// is executed, once for each use, on the goroutine that drives the execution: it should compute,
// not wait (for what waits there is Future).
func Try[T any](f func() (T, error)) Clump[T] {
	return Clump[T]{n: &try[T]{f}}
}

type try[T any] struct {
	f func() (T, error)
}

func (t *try[T]) start(x *Execution, _ word, to port[T])  { x.push(&tryFrame[T]{t, to}) }
func (*try[T]) peek(*Scope, word) (o outcome[T], ok bool) { return o, false }

type tryFrame[T any] struct {
	*try[T]
	to port[T]
}

func (t *tryFrame[T]) step(x *Execution) {
	v, err, panicked := protect2(func(struct{}) (T, error) { return t.f() }, struct{}{})
	if panicked != nil {
		err = panicked
	}
	if err != nil {
		t.to.receive(x, failed[T](err))
		return
	}
	t.to.receive(x, defined(v))
}
