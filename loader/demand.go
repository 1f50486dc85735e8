package loader

// demand is what an execution wants of a Source or ParamSource. It collects while the execution has
// something else to run, and is then asked for under the Scope's lock, once for all of it. Q is
// what a clump of the source asks for: a key, or a key with a parameter.
type demand[Q any, K comparable, V any] struct {
	of     origin[Q, K, V]
	wishes []wish[Q, V]
	asked  int

	waiters []waiter[V] // allocated by the chunk
	used    int         // of them
}

// origin is a Source or ParamSource.
type origin[Q any, K comparable, V any] interface {
	settingsOf() *settings
	// find returns what answers q in a Scope, whose lock is held, and q's key there. As many as n
	// keys are about to be asked for.
	find(scope *Scope, q Q, n int) (*fetcher[K, V], K)
}

type wish[Q, V any] struct {
	what   Q
	waiter *waiter[V]
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
func demandOf[Q any, K comparable, V any](x *Execution, o origin[Q, K, V]) *demand[Q, K, V] {
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
	if len(d.wishes) == 0 {
		x.ask(d)
	}
	d.wishes = double(d.wishes, wish[Q, V]{q, d.newWaiter(x.root, to)})
}

func (d *demand[Q, K, V]) ask(x *Execution) {
	n := len(d.wishes)
	for d.asked < n {
		w := d.wishes[d.asked]
		d.asked++
		f, k := d.of.find(x.scope, w.what, n)
		f.ask(x, k, w.waiter)
	}
	clear(d.wishes)
	d.wishes, d.asked = d.wishes[:0], 0
}

func (d *demand[Q, K, V]) refuse(err error) {
	refused := &cell[V]{out: failed[V](err), settled: true}
	refused.join(d.wishes[d.asked-1].waiter)
}

func (d *demand[Q, K, V]) newWaiter(r *root, to port[V]) *waiter[V] {
	if d.used == len(d.waiters) {
		d.waiters, d.used = make([]waiter[V], min(max(4, 2*d.used), maxChunk)), 0
	}
	w := &d.waiters[d.used]
	d.used++
	w.root, w.to = r, to
	return w
}

// recycle makes the demand as new. Nobody waits for anything any more.
func (d *demand[Q, K, V]) recycle() {
	d.wishes = kept(d.wishes)
	clear(d.waiters[:d.used])
	d.used = 0
}
