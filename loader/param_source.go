package loader

// ParamSource is a family of Sources, one for each value of a parameter: keys asked for under the
// same parameter are fetched together, under different ones apart. Where one parameter is not
// enough, P is a struct. Make it once, like a Source. Safe for concurrent use.
type ParamSource[P, K comparable, V any] struct {
	settings
	bind  func(P) Fetch[K, V]
	rooms rooms[K, V]
}

// NewParamSource makes a ParamSource. bind gives the Fetch for a parameter; it is called for every
// attempt to fetch a batch, just before it. The options hold for each parameter's batches,
// MaxConcurrency for all of them together.
func NewParamSource[P, K comparable, V any](name string, bind func(P) Fetch[K, V], opts ...SourceOption) *ParamSource[P, K, V] {
	return &ParamSource[P, K, V]{settings: newSettings(name, opts), bind: bind}
}

// Get is the clump of what the source has under k, given p: undefined where it has nothing.
func (s *ParamSource[P, K, V]) Get(p P, k K) Clump[V] {
	return Clump[V]{n: &paramGet[P, K, V]{s, paramKey[P, K]{p, k}}}
}

// paramGet is the get of a ParamSource.
type paramGet[P, K comparable, V any] struct {
	source *ParamSource[P, K, V]
	asked  paramKey[P, K]
}

type paramKey[P, K comparable] struct {
	param P
	key   K
}

func (g *paramGet[P, K, V]) start(x *Execution, _ word, to port[V]) {
	demandOf(x, g.source).add(x, g.asked, to)
}

func (*paramGet[P, K, V]) peek(*Scope, word) (o outcome[V], ok bool) { return o, false }

func (s *ParamSource[P, K, V]) settingsOf() *settings { return &s.settings }

func (s *ParamSource[P, K, V]) askAll(x *Execution, d *demand[paramKey[P, K], K, V]) {
	for d.more() {
		q, w := d.take()
		d.wait(x, w, s.in(x.scope, q.param, len(d.whats)).ask(x, q.key, w.root))
	}
}

// in finds the fetcher of a parameter in a Scope, whose lock must be held. As many as n keys are
// about to be asked for.
func (s *ParamSource[P, K, V]) in(scope *Scope, p P, n int) *fetcher[K, V] {
	byParam, ok := scope.sources.of(&s.settings).(map[P]*fetcher[K, V])
	if !ok {
		byParam = make(map[P]*fetcher[K, V])
		scope.sources.put(&s.settings, byParam)
	}
	f, ok := byParam[p]
	if !ok {
		fetch := func(to *shortcut[K, V], keys []K) error { return fetchingOf(s.bind(p))(to, keys) }
		f = newFetcher(scope, &s.settings, fetch, &s.rooms, n)
		byParam[p] = f
	}
	return f
}
