package loader

import "slices"

// demand is what an execution wants of a Source or ParamSource. It collects while the execution has
// something else to run, and is then asked for under the Scope's lock, once for all of it. Q is
// what a clump of the source asks for: a key, or a key with a parameter.
type demand[Q, K comparable, V any] struct {
	of    origin[Q, K, V]
	whats []Q
	asked int // of whats

	// The waiters of this execution, allocated by the chunk. Those of whats that are left come last.
	waiters []waiter[V]
	first   int        // of those
	open    *column[V] // of the last of them, if it may come to wait for more of whats
	columns columns[V] // that are not in use
}

// origin is a Source or ParamSource.
type origin[Q, K comparable, V any] interface {
	settingsOf() *settings
	// askAll asks the Scope, whose lock is held, for all that is left in d.
	askAll(x *Execution, d *demand[Q, K, V])
}

// maxDemands is how many demands an execution keeps at hand.
const maxDemands = 8

// demands are the demands of an execution, by source. When there are too many a source gets
// another one: it is asked twice then.
type demands struct {
	of     [maxDemands]*settings
	list   [maxDemands]recyclable
	n      int // in use; beyond maxDemands they take turns
	recent int
}

type recyclable interface {
	asker
	recycle()
}

// demandOf returns what x collects for a source.
func demandOf[Q, K comparable, V any](x *Execution, o origin[Q, K, V]) *demand[Q, K, V] {
	d, s := &x.demands, o.settingsOf()
	if d.of[d.recent] != s && !d.find(s) {
		d.recent = d.n % maxDemands
		d.n++
		d.of[d.recent], d.list[d.recent] = s, &demand[Q, K, V]{of: o}
	}
	return d.list[d.recent].(*demand[Q, K, V])
}

func (d *demands) find(s *settings) bool {
	for i, of := range d.of {
		if of == s {
			d.recent = i
			return true
		}
	}
	return false
}

func (d *demand[Q, K, V]) add(x *Execution, q Q, to port[V]) {
	if len(d.whats) == 0 {
		x.ask(d)
	}
	push(&d.whats, q)
	if g, ok := to.of.(*gather[V]); ok {
		d.addPart(x, g, to.number)
		return
	}
	d.open = nil
	d.addWaiter(waiter[V]{root: x.root, to: to})
}

// addAll adds all the parts of a list.
func (d *demand[Q, K, V]) addAll(x *Execution, qs []Q, g *gather[V]) {
	if len(d.whats) == 0 {
		x.ask(d)
	}
	d.whats = append(d.whats, qs...)
	c := d.columns.take(x.root, g)
	d.addWaiter(waiter[V]{root: x.root, column: c})
	c.places = slices.Grow(c.places, len(qs))
	for i := range qs {
		c.places = append(c.places, i)
	}
	d.open = nil
}

// addPart adds a part of a list, to the column of the parts before it where there is one.
func (d *demand[Q, K, V]) addPart(x *Execution, g *gather[V], place int) {
	if d.open == nil || d.open.to != g || d.open.root != x.root {
		d.open = d.columns.take(x.root, g)
		d.addWaiter(waiter[V]{root: x.root, column: d.open})
	}
	push(&d.open.places, place)
}

// next adds the part of a list that follows the one added last; its key is in a word.
func (d *demand[Q, K, V]) next(key word, place int) {
	push(&d.whats, fromWord[Q](key))
	push(&d.open.places, place)
}

func (d *demand[Q, K, V]) addWaiter(w waiter[V]) {
	if len(d.waiters) == cap(d.waiters) {
		d.newChunk()
	}
	d.waiters = append(d.waiters, w)
}

// newChunk makes room for more waiters. Those of whats may be moved: nobody refers to them yet.
func (d *demand[Q, K, V]) newChunk() {
	moving := d.waiters[d.first:]
	size := max(min(2*cap(d.waiters), maxChunk), 2*len(moving), 4)
	d.waiters = append(make([]waiter[V], 0, size), moving...)
	d.first = 0
}

func (d *demand[Q, K, V]) ask(x *Execution) {
	d.of.askAll(x, d)
	clear(d.whats)
	d.whats, d.asked, d.open = d.whats[:0], 0, nil
}

// more says whether anything is left to ask for.
func (d *demand[Q, K, V]) more() bool { return d.asked < len(d.whats) }

// take returns what is asked for next, and who waits for it.
func (d *demand[Q, K, V]) take() (Q, *waiter[V]) {
	q := d.whats[d.asked]
	d.asked++
	return q, &d.waiters[d.first]
}

// wait has w wait for the cell of what was taken last.
func (d *demand[Q, K, V]) wait(x *Execution, w *waiter[V], e *cell[V]) {
	c := w.column
	switch {
	case c == nil:
		d.first++
		e.join(w)
	case c.join(e, w):
		d.first++
		c.asked(x)
	}
}

func (d *demand[Q, K, V]) refuse(err error) {
	w := &d.waiters[d.first]
	d.wait(w.root.x, w, &cell[V]{err: err, settled: true})
}

// recycle makes the demand as new. Nobody waits for anything any more.
func (d *demand[Q, K, V]) recycle() {
	d.whats = kept(d.whats)
	clear(d.waiters)
	d.waiters, d.first = kept(d.waiters), 0
	d.columns.trim()
}
