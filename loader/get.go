package loader

import "slices"

// start begins the clump of a key that is kept in a word; the Source is its node.
func (s *Source[K, V]) start(x *Execution, key word, to port[V]) {
	demandOf(x, s).add(x, fromWord[K](key), to)
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
	f, e := s.lookUp(scope, k)
	if e == nil {
		return o, false
	}
	if scope.observer != nil {
		scope.observer.CacheHit(f.source.name, 1)
	}
	return e.outcome(), true
}

// lookUp returns the entry of a key that has settled, or nil.
func (s *Source[K, V]) lookUp(scope *Scope, k K) (f *fetcher[K, V], settled *entry[K, V]) {
	scope.mu.RLock()
	defer scope.mu.RUnlock()
	f, ok := scope.sources.of(&s.settings).(*fetcher[K, V])
	if !ok {
		return nil, nil
	}
	defer func() { _ = recover() }() // of a key that can not be hashed
	if e := f.entries.slots[f.entries.find(k)]; e != nil && e.settled {
		return f, e
	}
	return nil, nil
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
	list := newGather[V](nil, len(g.keys), to)
	list.started = len(g.keys)
	if list.missing == 0 {
		x.push(list)
		return
	}
	d := demandOf(x, g.source)
	for i, k := range g.keys {
		d.add(x, k, port[V]{list, i})
	}
}
