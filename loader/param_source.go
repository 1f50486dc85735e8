package loader

import "context"

// ParamSource is a family of Sources, one for each value of a parameter: keys asked for under the
// same parameter are fetched together, under different ones apart. Where one parameter is not
// enough, P is a struct. Make it once, like a Source. Safe for concurrent use.
type ParamSource[P, K comparable, V any] struct {
	settings
	bind func(P) Fetch[K, V]
}

// NewParamSource makes a ParamSource. bind gives the Fetch for a parameter; it is called for every
// attempt to fetch a batch, just before it. The options hold for each parameter's batches,
// MaxConcurrency for all of them together.
func NewParamSource[P, K comparable, V any](name string, bind func(P) Fetch[K, V], opts ...SourceOption) *ParamSource[P, K, V] {
	return &ParamSource[P, K, V]{newSettings(name, opts), bind}
}

// Get is the clump of what the source has under k, given p: undefined where it has nothing.
func (s *ParamSource[P, K, V]) Get(p P, k K) Clump[V] {
	return Clump[V]{&paramGet[P, K, V]{s, p, k}}
}

// paramGet is the get of a ParamSource: it finds the fetcher by source and parameter.
type paramGet[P, K comparable, V any] struct {
	source *ParamSource[P, K, V]
	param  P
	key    K
}

func (g *paramGet[P, K, V]) start(x *Execution, to receiver[V]) {
	x.ask(newAsking[K, V](x, g, g.key, to))
}

func (g *paramGet[P, K, V]) in(scope *Scope) *fetcher[K, V] {
	byParam, ok := scope.fetchers[g.source].(map[P]*fetcher[K, V])
	if !ok {
		byParam = make(map[P]*fetcher[K, V])
		scope.fetchers[g.source] = byParam
	}
	f, ok := byParam[g.param]
	if !ok {
		bind, p := g.source.bind, g.param
		f = newFetcher(scope, &g.source.settings, func(ctx context.Context, keys []K) (map[K]Result[V], error) {
			return bind(p)(ctx, keys)
		})
		byParam[g.param] = f
	}
	return f
}
