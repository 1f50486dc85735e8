package loader_test

// naive evaluates trees without any machinery: again from the start for every wave, with what was
// fetched up to then. What it would have to fetch to get on is the next wave.
type naive struct {
	fetched map[[2]int]bool // by source and key
	wanted  map[[2]int]bool // what the evaluation has come across and is not fetched
}

// known is an outcome, or that there is none yet.
type known struct {
	v       int
	defined bool
	err     error
	blocked bool
}

func (n *naive) get(number int) known {
	source, key := place(number)
	return n.fetch(source, key)
}

func (n *naive) fetch(source, key int) known {
	at := [2]int{source, key}
	if !n.fetched[at] {
		n.wanted[at] = true
		return known{blocked: true}
	}
	v, defined, err := in(source, key)
	return known{v, defined, err, false}
}

// all is what becomes of the outcomes of a list: combine gets the defined values.
func all(outs []known, inner bool, combine func([]int) int) known {
	var vs []int
	var err error
	for _, o := range outs {
		if o.blocked {
			return known{blocked: true}
		}
		if err == nil {
			err = o.err
		}
		if o.defined {
			vs = append(vs, o.v)
		}
	}
	if err != nil || inner && len(vs) < len(outs) {
		return known{err: err}
	}
	return known{v: combine(vs), defined: true}
}

func (n *naive) eval(t *tree, variable int) known {
	outs := make([]known, 0, 3)
	eager := t.kind == kJoin || t.kind == kCollect // all parts are wanted at once
	for i, p := range t.parts {
		if t.kind != kTraverse && (i == 0 || eager) {
			outs = append(outs, n.eval(p, variable))
		}
	}
	switch t.kind {
	case kEmpty:
		return known{}
	case kFail:
		return known{err: treeError(t.n)}
	case kVariable:
		return known{v: variable, defined: true}
	case kGet:
		return n.get(t.n)
	case kGetVar:
		return n.get(variable + t.n)
	case kGetAll:
		source, key := place(variable + t.n)
		first, second := n.fetch(source, key), n.fetch(source, t.n%keysPerSource)
		return all([]known{first, second, first}, false, sum)
	case kJoin:
		return all(outs, true, func(vs []int) int { return vs[0] - vs[1] })
	case kCollect:
		return all(outs, false, sum)
	case kTraverse:
		for _, v := range []int{variable, t.n, variable + 1} {
			outs = append(outs, n.eval(t.parts[0], v))
		}
		return all(outs, false, sum)
	case kValue, kFuture:
		return known{v: t.n, defined: true}
	}
	if outs[0].blocked {
		return outs[0]
	}
	return n.unary(t, outs[0], variable)
}

// unary is what a tree makes of the outcome of its first part.
func (n *naive) unary(t *tree, o known, variable int) known {
	value := known{v: t.n, defined: true}
	switch {
	case t.kind == kMap && o.defined:
		return known{v: o.v + t.n, defined: true}
	case t.kind == kFlatMap && o.defined:
		return n.eval(t.parts[1], o.v)
	case t.kind == kFilter && o.defined && (o.v+t.n)%3 == 0:
		return known{}
	case t.kind == kOrElse && !o.defined && o.err == nil:
		return n.eval(t.parts[1], variable)
	case t.kind == kOrDefault && !o.defined && o.err == nil:
		return value
	case t.kind == kHandle && o.err != nil && failure(o.err)%2 == 0:
		return value
	case t.kind == kRescue && o.err != nil && failure(o.err)%2 == 0:
		return n.eval(t.parts[1], failure(o.err))
	case t.kind == kFallback && o.err != nil:
		return value
	case t.kind == kFallbackTo && o.err != nil:
		return n.eval(t.parts[1], variable)
	case t.kind == kOptional && !o.defined && o.err == nil:
		return known{v: -7, defined: true}
	}
	return o
}

// evaluate returns the outcome of a tree, given the value of its variable, and what each wave has
// to fetch.
func evaluate(t *tree, variable int) (known, []map[[2]int]bool) {
	n := &naive{fetched: make(map[[2]int]bool)}
	var waves []map[[2]int]bool
	for {
		n.wanted = make(map[[2]int]bool)
		out := n.eval(t, variable)
		if !out.blocked {
			return out, waves
		}
		waves = append(waves, n.wanted)
		for at := range n.wanted {
			n.fetched[at] = true
		}
	}
}
