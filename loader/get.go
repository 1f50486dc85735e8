package loader

import "slices"

// locator finds the fetcher of a key in a Scope, whose lock is held: a Source, or a ParamSource
// with its parameter.
type locator[K comparable, V any] interface {
	in(*Scope) *fetcher[K, V]
}

// get is the clump of one key of a Source.
type get[K comparable, V any] struct {
	from locator[K, V]
	key  K
}

func (g *get[K, V]) start(x *Execution, to receiver[V]) {
	x.ask(newAsking(x, g.from, g.key, to))
}

// asking is a key on its way to the Scope: asked for when the execution has nothing else to run.
type asking[K comparable, V any] struct {
	waiter[V]
	from locator[K, V]
	key  K
}

func newAsking[K comparable, V any](x *Execution, from locator[K, V], k K, to receiver[V]) *asking[K, V] {
	return &asking[K, V]{waiter[V]{root: x.root, to: to}, from, k}
}

func (a *asking[K, V]) ask(x *Execution) {
	a.from.in(x.scope).ask(x, a.key, &a.waiter)
}

func (a *asking[K, V]) refuse(err error) (again bool) {
	refused := &cell[V]{out: failed[V](err), settled: true}
	refused.join(&a.waiter)
	return false
}

// getAll is the clump of many keys of a Source.
type getAll[K comparable, V any] struct {
	from locator[K, V]
	keys []K
}

func newGetAll[K comparable, V any](from locator[K, V], keys []K) *getAll[K, V] {
	return &getAll[K, V]{from, slices.Clone(keys)}
}

func (g *getAll[K, V]) start(x *Execution, to receiver[[]V]) {
	list := newGather[V](nil, len(g.keys), to)
	list.started = len(g.keys)
	if list.missing == 0 {
		x.push(list)
		return
	}
	a := &askingAll[K, V]{getAll: g, waiters: make([]waiter[V], len(g.keys))}
	for i := range a.waiters {
		a.waiters[i] = waiter[V]{root: x.root, to: &list.slots[i]}
	}
	x.ask(a)
}

// askingAll is asking for the keys of a getAll.
type askingAll[K comparable, V any] struct {
	*getAll[K, V]
	waiters []waiter[V]
	asked   int
}

func (a *askingAll[K, V]) ask(x *Execution) {
	f := a.from.in(x.scope)
	for a.asked < len(a.keys) {
		i := a.asked
		a.asked++
		f.ask(x, a.keys[i], &a.waiters[i])
	}
}

func (a *askingAll[K, V]) refuse(err error) (again bool) {
	refused := &cell[V]{out: failed[V](err), settled: true}
	refused.join(&a.waiters[a.asked-1])
	return a.asked < len(a.keys)
}
