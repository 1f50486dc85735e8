package loader

// column is what one list waits for of a source: its parts that are keys, asked for one after the
// other. They arrive all at once, when the last of them has, since the list has no use for them
// before; so a key costs no waiter of its own.
type column[V any] struct {
	root    *root
	to      *gather[V]
	places  []int      // of the parts in the list
	cells   []*cell[V] // of those that were asked for
	missing int        // of the cells, those that had not settled
	node    *waiter[V] // that waits for the cells which were asked for last
	home    *columns[V]
}

// columns are those of an execution that are not in use.
type columns[V any] struct {
	spare []*column[V]
}

func (s *columns[V]) take(r *root, to *gather[V]) *column[V] {
	last := len(s.spare) - 1
	if last < 0 {
		return &column[V]{root: r, to: to, home: s}
	}
	c := s.spare[last]
	s.spare = s.spare[:last]
	c.root, c.to = r, to
	return c
}

// join has the column wait for a cell, and says whether it is the last one. Cells that the same
// waited for before share a waiter, of which w is the first.
func (c *column[V]) join(e *cell[V], w *waiter[V]) (last bool) {
	push(&c.cells, e)
	if !e.settled && (e.last == nil || e.last.column != c) { // a list may have a key twice
		switch {
		case c.node == nil:
			w.next, c.node = e.last, w
		case c.node.next != e.last:
			c.node = &waiter[V]{root: c.root, column: c, next: e.last}
		}
		e.last = c.node
		c.missing++
	}
	return len(c.cells) == len(c.places)
}

// asked puts the column back into its execution when nothing is missing.
func (c *column[V]) asked(x *Execution) {
	if c.missing == 0 {
		push[frame](&x.inbox, c)
		return
	}
	x.outstanding++
}

// step hands the outcomes on, on the goroutine that drives the execution.
func (c *column[V]) step(x *Execution) {
	x.root = c.root
	g := c.to
	behind := c.root.behind
	for i, e := range c.cells {
		if e.defined {
			g.values[c.places[i]] = e.value
		} else {
			g.miss(c.places[i], e.err)
		}
		if e.send > 0 {
			behind |= 1 << (e.send - 1)
		}
	}
	g.behind |= behind
	g.arrive(x, len(c.cells))
	c.recycle()
}

func (c *column[V]) recycle() {
	clear(c.cells)
	c.root, c.to, c.node = nil, nil, nil
	c.places, c.cells = kept(c.places), kept(c.cells)
	push(&c.home.spare, c)
}

// maxColumns is how many are kept for another execution.
const maxColumns = 64

func (s *columns[V]) trim() {
	if len(s.spare) > maxColumns {
		clear(s.spare[maxColumns:])
		s.spare = s.spare[:maxColumns]
	}
}
