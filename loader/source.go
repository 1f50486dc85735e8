package loader

import "context"

// Source is a service that answers for many keys at once. It holds no results: these are kept in
// the Scope, under the Source's pointer and the key. So make it once, not once a request. Safe for
// concurrent use.
type Source[K comparable, V any] struct {
	settings
	fetch fetching[K, V]
	words bool // its keys are kept in words
	rooms rooms[K, V]
}

// NewSource makes a Source over f. The name is what observers are told; it need not be unique.
func NewSource[K comparable, V any](name string, f Fetch[K, V], opts ...SourceOption) *Source[K, V] {
	return &Source[K, V]{settings: newSettings(name, opts), fetch: fetchingOf(f), words: fitsWord[K]()}
}

// Get is the clump of what the Source has under k: undefined where it has nothing.
func (s *Source[K, V]) Get(k K) Clump[V] {
	if s.words {
		return Clump[V]{s, toWord(k)}
	}
	return Clump[V]{n: &get[K, V]{s, k}}
}

// GetAll is Collect over Get of each key, at less cost.
func (s *Source[K, V]) GetAll(ks []K) Clump[[]V] {
	return Clump[[]V]{n: newGetAll(s, ks)}
}

// Prime puts v under k into the cache of the Scope in ctx, over what is cached there. Whoever waits
// for k without its fetch being under way gets v; a fetch that is under way keeps those that wait
// for it. Without a Scope in ctx that is not closed it does nothing.
func (s *Source[K, V]) Prime(ctx context.Context, k K, v V) {
	scope, ok := ScopeFrom(ctx)
	if !ok {
		return
	}
	scope.mu.Lock()
	defer scope.mu.Unlock()
	if scope.closed {
		return
	}
	s.in(scope, 0).prime(k, v)
}

// Clear makes the Scope in ctx forget what it has cached under the keys, or all of the Source when
// there are none: the next to ask fetches again. A fetch that is under way keeps those that wait
// for it. Without a Scope in ctx that is not closed it does nothing.
func (s *Source[K, V]) Clear(ctx context.Context, ks ...K) {
	scope, ok := ScopeFrom(ctx)
	if !ok {
		return
	}
	scope.mu.Lock()
	defer scope.mu.Unlock()
	if scope.closed {
		return
	}
	s.in(scope, 0).clear(ks)
}

func (s *Source[K, V]) settingsOf() *settings { return &s.settings }

func (s *Source[K, V]) askAll(x *Execution, d *demand[K, K, V]) {
	f := s.in(x.scope, len(d.whats))
	for d.more() {
		k, w := d.take()
		d.wait(x, w, f.ask(x, k, w.root))
	}
}

// in finds the fetcher of the Source in a Scope, whose lock must be held. As many as n keys are
// about to be asked for.
func (s *Source[K, V]) in(scope *Scope, n int) *fetcher[K, V] {
	f, ok := scope.sources.of(&s.settings).(*fetcher[K, V])
	if !ok {
		f = newFetcher(scope, &s.settings, s.fetch, &s.rooms, n)
		scope.sources.put(&s.settings, f)
	}
	return f
}
