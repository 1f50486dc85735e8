package loader

// cell holds what one key (or Future) came to in a Scope, and until then who waits for it. All of
// it is guarded by the Scope's lock; out does not change any more once settled is true, and is then
// read without it.
type cell[V any] struct {
	out         outcome[V]
	settled     bool
	flying      bool       // of a key: sent
	send        uint8      // in a Scope with a plan the number of the send it is part of, counted from 1; 0: of none
	first, last *waiter[V] // last is nil while there is one at most
}

// waiter is one use of a cell by an execution: a frame that hands the outcome on.
type waiter[V any] struct {
	root *root
	to   port[V]
	cell *cell[V]
	next *waiter[V]
}

// join makes w wait for the cell, or puts it back into its execution at once when the cell is
// settled.
func (c *cell[V]) join(w *waiter[V]) {
	x := w.root.x
	w.cell = c
	if c.settled {
		x.inbox = double[frame](x.inbox, w)
		return
	}
	x.outstanding++
	switch {
	case c.first == nil:
		c.first = w
		return
	case c.last == nil:
		c.first.next = w
	default:
		c.last.next = w
	}
	c.last = w
}

// settle gives the cell its outcome and those who wait for it something to go on with.
func (c *cell[V]) settle(o outcome[V]) {
	c.out, c.settled = o, true
	for w := c.first; w != nil; w = w.next {
		w.root.x.deliver(w)
	}
	c.first, c.last = nil, nil
}

// wanted says whether anybody still waits for the cell.
func (c *cell[V]) wanted() bool {
	for w := c.first; w != nil; w = w.next {
		if !w.root.x.ended {
			return true
		}
	}
	return false
}

// step hands the outcome on, on the goroutine that drives the execution.
func (w *waiter[V]) step(x *Execution) {
	x.root = w.root
	if w.cell.send > 0 {
		x.follow(1 << (w.cell.send - 1))
	}
	w.to.receive(x, w.cell.out)
}
