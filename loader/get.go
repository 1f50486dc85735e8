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
