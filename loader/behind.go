package loader

// Behind says of an outcome, or of what is started from it, which fetches of its Scope it came
// behind. It is known only in a Scope with a plan, which it concerns alone; elsewhere, and as the
// zero value, it is nothing. It means something in the Scope it comes from only.
type Behind struct {
	sends sends
}

// And is behind both: for what is made of several outcomes.
func (b Behind) And(c Behind) Behind { return Behind{b.sends | c.sends} }

// Behind returns what the outcome came behind that a done function is called with. What the
// function starts comes behind it by itself. An executor that only keeps the outcome, and starts
// more from it after Advance has returned, hands it to After then.
func (x *Execution) Behind() Behind { return Behind{x.startingBehind()} }

// After says that what is started next, until the next call of After or Advance, is made of
// outcomes that came behind b. Where an executor does not say so, what it starts between two calls
// of Advance is taken to be made of everything that has arrived: a plan then holds less than it
// could. Without a plan After does nothing.
func (x *Execution) After(b Behind) {
	if x.trace != nil {
		x.root = &root{x: x, behind: b.sends}
	}
}

// sends is a set of the sends of a Scope, by their numbers.
type sends uint64

// maxSends is how many sends a Scope with a plan can tell apart.
const maxSends = 64

func (s sends) has(number int) bool { return s>>number&1 == 1 }

// trace is what an execution in a Scope with a plan knows besides.
type trace struct {
	base int   // the wave in which what it asks for behind nothing goes out
	seen sends // that anything it has got came behind
	last *root // the one follow has made last: mostly it serves again
}

// follow has what runs now come behind more.
func (x *Execution) follow(more sends) {
	behind := x.root.behind | more
	if behind == x.root.behind {
		return
	}
	t := x.trace
	t.seen |= behind
	if t.last == nil || t.last.behind != behind || t.last.origin != x.root.origin {
		t.last = &root{x: x, origin: x.root.origin, behind: behind}
	}
	x.root = t.last
}

// startingBehind is what a clump comes behind that is started now.
func (x *Execution) startingBehind() sends {
	switch {
	case x.root != nil:
		return x.root.behind
	case x.trace != nil:
		return x.trace.seen
	}
	return 0
}
