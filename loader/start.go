package loader

// Start begins the evaluation of c in x. done is called from Advance with the outcome, once, unless
// the execution ends before. The origin says on whose behalf, for the Observer; "" says nothing.
// Start itself runs nothing, and may be called from within done;
// after End it does nothing.
func Start[T any](x *Execution, c Clump[T], origin string, done func(v T, defined bool, err error)) {
	if x.ended {
		return
	}
	x.queue = append(x.queue, &started[T]{root: root{x, origin, x.startingBehind()}, clump: c, done: done})
}

// started is a clump under way for a Start. It is stepped twice: to start, and with the outcome.
type started[T any] struct {
	root
	clump    Clump[T]
	done     func(v T, defined bool, err error)
	out      outcome[T]
	received bool
}

func (s *started[T]) step(x *Execution) {
	if s.received {
		s.done(s.out.value, s.out.defined, s.out.err)
		return
	}
	x.root = &s.root
	s.clump.start(x, port[T]{of: s})
}

func (s *started[T]) receive(x *Execution, _ int, o outcome[T]) {
	s.out, s.received = o, true
	x.push(s)
}

// StartEach is Start for many clumps of one origin, at less cost. done is called for each, in the
// order of the outcomes; i is the clump's place in cs, which must not be changed until then.
func StartEach[T any](x *Execution, cs []Clump[T], origin string, done func(i int, v T, defined bool, err error)) {
	if len(cs) == 0 || x.ended {
		return
	}
	e := &each[T]{root: root{x, origin, x.startingBehind()}, clumps: cs, done: done, outs: make([]eachOut[T], len(cs))}
	for i := range e.outs {
		e.outs[i].each, e.outs[i].index = e, i
	}
	x.queue = append(x.queue, e)
}

// each is a StartEach under way: it starts the clumps, each when all that can run of the one before
// has run.
type each[T any] struct {
	root
	clumps  []Clump[T]
	done    func(i int, v T, defined bool, err error)
	outs    []eachOut[T]
	started int
}

func (e *each[T]) step(x *Execution) {
	x.root = &e.root
	depth := x.push(e)
	for e.started < len(e.clumps) {
		i := e.started
		e.started++
		e.clumps[i].start(x, port[T]{of: &e.outs[i]})
		if len(x.stack) > depth {
			return // what the clump pushed runs first, then this again
		}
	}
	x.pop()
}

// eachOut is one clump of a StartEach: it receives the outcome and, stepped, hands it to done.
type eachOut[T any] struct {
	each  *each[T]
	index int
	out   outcome[T]
}

func (o *eachOut[T]) receive(x *Execution, _ int, out outcome[T]) {
	o.out = out
	x.push(o)
}

func (o *eachOut[T]) step(*Execution) {
	o.each.done(o.index, o.out.value, o.out.defined, o.out.err)
}
