package loader

// cell holds what one key (or Future) came to in a Scope, and until then who waits for it. All of
// it is guarded by the Scope's lock; the outcome does not change any more once settled is true, and
// is then read without it. There is one for every key: it holds no more than it must.
type cell[V any] struct {
	value   V
	err     error
	last    *waiter[V] // of those that wait, who asked last; nil when there is none
	defined bool
	settled bool
	flying  bool  // of a key: sent
	send    uint8 // in a Scope with a plan the number of the send it is part of, counted from 1; 0: of none
}

// waiter is one use of a cell by an execution: a frame that hands the outcome on. Or it is one use of
// many cells, all those that the same wait for, by a column.
type waiter[V any] struct {
	root   *root
	to     port[V]
	cell   *cell[V]
	column *column[V] // nil: the waiter is for itself
	next   *waiter[V] // the one that asked before
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
	w.next, c.last = c.last, w
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
	w := c.last
	c.settled, c.last = true, nil
	w.release(1)
}

// release gives those who wait something to go on with, as n cells have settled that w and those
// before it wait for.
func (w *waiter[V]) release(n int) {
	if w == nil {
		return
	}
	if w.next == nil { // mostly one waits
		if f := w.arrived(n); f != nil {
			w.root.x.deliver(f)
		}
		return
	}
	// They go on in the order in which they asked, the last of which comes first here: so there is
	// made room for all, and then filled from its end.
	for v := w; v != nil; v = v.next {
		if f := v.arrived(n); f != nil {
			v.root.x.deliver(f)
			v.root.x.filled = len(v.root.x.inbox)
		}
	}
	for v := w; v != nil; v = v.next {
		if x := v.root.x; !x.ended && (v.column == nil || v.column.missing == 0) {
			x.filled--
			x.inbox[x.filled] = v.frame()
		}
	}
}

// frame is what goes on when all has arrived that w waits for.
func (w *waiter[V]) frame() frame {
	if w.column != nil {
		return w.column
	}
	return w
}

// arrived notes that n of the cells have settled that w waits for, and returns what can go on: nil
// where others are missing.
func (w *waiter[V]) arrived(n int) frame {
	if w.column == nil {
		return w
	}
	w.column.missing -= n
	if w.column.missing > 0 {
		return nil
	}
	return w.column
}

// wanted says whether anybody still waits for the cell.
func (c *cell[V]) wanted() bool {
	for w := c.last; w != nil; w = w.next {
		if !w.root.x.ended {
			return true
		}
	}
	return false
}

// first is who asked first of those that wait and whose execution has not ended, or nil.
func (c *cell[V]) first() (first *waiter[V]) {
	for w := c.last; w != nil; w = w.next {
		if !w.root.x.ended {
			first = w
		}
	}
	return first
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
