package loader

// Join is the pair of the values of a and b: undefined where one of them is, failed where one of
// them fails (with a's error when both do). Both are fetched at once and both are waited for.
func Join[A, B any](a Clump[A], b Clump[B]) Clump[Tuple2[A, B]] {
	return Clump[Tuple2[A, B]]{n: &join[A, B]{a, b}}
}

type join[A, B any] struct {
	a Clump[A]
	b Clump[B]
}

func (j *join[A, B]) start(x *Execution, _ word, to port[Tuple2[A, B]]) {
	f := &pair[A, B]{join: j, to: to}
	f.right.pair = f
	x.push(f)
}

func (*join[A, B]) peek(*Scope, word) (o outcome[Tuple2[A, B]], ok bool) { return o, false }

// pair is a join under way: it receives a's outcome itself, b's through right.
type pair[A, B any] struct {
	*join[A, B]
	to      port[Tuple2[A, B]]
	started uint8 // 0, 1 (a is) or 2 (both are)
	missing uint8 // of the two started, those without an outcome
	behind  sends // of the outcomes
	left    outcome[A]
	right   rightHalf[A, B]
}

type rightHalf[A, B any] struct {
	*pair[A, B]
	out outcome[B]
}

// step starts a, then, when all that can run of it has run, b; it is stepped once more when both
// are there.
func (p *pair[A, B]) step(x *Execution) {
	switch p.started {
	case 0:
		p.started, p.missing = 1, 2
		x.push(p)
		p.a.start(x, port[A]{of: p})
	case 1:
		p.started = 2
		p.b.start(x, port[B]{of: &p.right})
	case 2:
		p.finish(x)
	}
}

func (p *pair[A, B]) receive(x *Execution, _ int, o outcome[A]) {
	p.left = o
	p.received(x)
}

func (r *rightHalf[A, B]) receive(x *Execution, _ int, o outcome[B]) {
	r.out = o
	r.received(x)
}

func (p *pair[A, B]) received(x *Execution) {
	p.missing--
	p.behind |= x.root.behind
	if p.missing == 0 {
		x.push(p)
	}
}

func (p *pair[A, B]) finish(x *Execution) {
	x.follow(p.behind)
	a, b := p.left, p.right.out
	o := outcome[Tuple2[A, B]]{err: a.err}
	if o.err == nil {
		o.err = b.err
	}
	if a.defined && b.defined {
		o.value, o.defined = Tuple2[A, B]{a.value, b.value}, true
	}
	p.to.receive(x, o)
}
