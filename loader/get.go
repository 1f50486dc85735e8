package loader

import "slices"

// start begins the clump of a key that is kept in a word; the Source is its node.
func (s *Source[K, V]) start(x *Execution, key word, to port[V]) {
	d := demandOf(x, s)
	d.add(x, fromWord[K](key), to)
	if d.open != nil {
		x.series = d
	}
}

// get is the clump of a key that is not.
type get[K comparable, V any] struct {
	source *Source[K, V]
	key    K
}

func (g *get[K, V]) start(x *Execution, _ word, to port[V]) {
	demandOf(x, g.source).add(x, g.key, to)
}

func (g *get[K, V]) peek(s *Scope, _ word) (outcome[V], bool) { return g.source.cached(s, g.key) }

func (s *Source[K, V]) peek(scope *Scope, key word) (outcome[V], bool) {
	return s.cached(scope, fromWord[K](key))
}

// cached returns what a Scope has under a key, where that has settled. It leaves what a plan has to
// be told of, and keys that can not be hashed, to an execution.
func (s *Source[K, V]) cached(scope *Scope, k K) (o outcome[V], ok bool) {
	if scope.foresight != nil {
		return o, false
	}
	f, ok := scope.has(&s.settings).(*fetcher[K, V])
	if !ok {
		return o, false
	}
	e := f.settled(k)
	if e == nil {
		return o, false
	}
	if scope.observer != nil {
		scope.observer.CacheHit(s.name, 1)
	}
	return e.outcome(), true
}

// settled returns the entry of a key that has settled, or nil. The Scope's lock is not held.
func (f *fetcher[K, V]) settled(k K) *entry[K, V] {
	if f.entries.whole { // their hash does not panic
		if e := f.recent.find(f.entries.hash(k), k); e != nil {
			return e
		}
	}
	return f.lookUp(k)
}

// lookUp is settled for keys of all kinds.
func (f *fetcher[K, V]) lookUp(k K) *entry[K, V] {
	defer func() { _ = recover() }() // of a key that can not be hashed
	hash := f.entries.hash(k)
	if e := f.recent.find(hash, k); e != nil {
		return e
	}
	f.scope.mu.RLock()
	defer f.scope.mu.RUnlock()
	if f.entries.slots == nil { // the Scope is closed
		return nil
	}
	if e := f.entries.slots[f.entries.find(k)]; e != nil && e.settled {
		f.recent.put(hash, e)
		return e
	}
	return nil
}

// getAll is the clump of many keys of a Source.
type getAll[K comparable, V any] struct {
	source *Source[K, V]
	keys   []K
}

func newGetAll[K comparable, V any](source *Source[K, V], keys []K) *getAll[K, V] {
	return &getAll[K, V]{source, slices.Clone(keys)}
}

func (g *getAll[K, V]) start(x *Execution, _ word, to port[[]V]) {
	list := newGather[V](x, nil, len(g.keys), to)
	list.started = len(g.keys)
	if list.missing == 0 {
		x.push(list)
		return
	}
	demandOf(x, g.source).addAll(x, g.keys, list)
}

func (*getAll[K, V]) peek(*Scope, word) (o outcome[[]V], ok bool) { return o, false }
