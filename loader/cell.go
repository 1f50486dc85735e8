package loader

// cell holds what one key (or Future) came to in a Scope, and until then who waits for it. All of
// it is guarded by the Scope's lock; the outcome does not change any more once settled is true, and
// is then read without it. There is one for every key: it holds no more than it must.
type cell[V any] struct {
	value   V
	err     error
	last    *waiter[V] // of those that wait; nil when there is none
	defined bool
	settled bool
	flying  bool  // of a key: sent
	send    uint8 // in a Scope with a plan the number of the send it is part of, counted from 1; 0: of none
}

// waiter is one use of a cell by an execution: a frame that hands the outcome on.
type waiter[V any] struct {
	root *root
	to   port[V]
	cell *cell[V]
	next *waiter[V] // the one that asked next; of the last the first, or nil where it is the only one
}

// join makes w wait for the cell, or puts it back into its execution at once when the cell is
// settled.
func (c *cell[V]) join(w *waiter[V]) {
	x := w.root.x
	w.cell = c
	if c.settled {
		push[frame](&x.inbox, w)
		return
	}
	x.outstanding++
	if c.last != nil {
		w.next, c.last.next = c.first(), w
	}
	c.last = w
}

func (c *cell[V]) outcome() outcome[V] { return outcome[V]{c.value, c.defined, c.err} }

// put stores an outcome. Of a key that is in flight its batch may, without the lock.
func (c *cell[V]) put(o outcome[V]) {
	c.value, c.defined = o.value, o.defined
	if o.err != nil || c.err != nil { // mostly neither: a pointer less to write
		c.err = o.err
	}
}

// settle makes the outcome stored the final one, and gives those who wait for it something to go on
// with.
func (c *cell[V]) settle() {
	c.settled = true
	if w := c.last; w != nil && w.next == nil { // mostly one waits
		w.root.x.deliver(w)
	} else {
		for w := range c.waiting {
			w.root.x.deliver(w)
		}
	}
	c.last = nil
}

// wanted says whether anybody still waits for the cell.
func (c *cell[V]) wanted() bool {
	if c.last != nil && !c.last.root.x.ended { // mostly
		return true
	}
	for w := range c.waiting {
		if !w.root.x.ended {
			return true
		}
	}
	return false
}

// waiting yields those that wait, the first to ask first.
func (c *cell[V]) waiting(yield func(*waiter[V]) bool) {
	if c.last == nil {
		return
	}
	for w := c.first(); yield(w) && w != c.last; w = w.next {
	}
}

// first is who asked first, where anybody waits.
func (c *cell[V]) first() *waiter[V] {
	if c.last.next == nil {
		return c.last
	}
	return c.last.next
}

// step hands the outcome on, on the goroutine that drives the execution.
func (w *waiter[V]) step(x *Execution) {
	if x.root != w.root {
		x.root = w.root
	}
	if w.cell.send > 0 {
		x.follow(1 << (w.cell.send - 1))
	}
	w.to.receive(x, w.cell.outcome())
}
