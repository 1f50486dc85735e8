package loader

import (
	"context"
	"errors"
	"reflect"
)

// answers are what a fetch found, in the form its function returned it: one of these.
type answers[K comparable, V any] struct {
	zipped  []V         // one for each key
	singles []Result[V] // one for each key, with the error ErrNotFound where nothing was found
	mapped  map[K]V
	results map[K]Result[V]
}

// at returns what was found for the i-th of the keys fetched, which is k.
func (a *answers[K, V]) at(i int, k K) (r Result[V], found bool) {
	switch {
	case a.zipped != nil:
		return Result[V]{Value: a.zipped[i]}, true
	case a.mapped != nil:
		r.Value, found = a.mapped[k]
		return r, found
	case a.singles != nil:
		r = a.singles[i]
		return r, r.Err == nil || !errors.Is(r.Err, ErrNotFound)
	}
	r, found = a.results[k]
	return r, found
}

// fetching is a Fetch as a batch calls it: with the context that is in s, where it leaves what it
// found.
type fetching[K comparable, V any] func(s *shortcut[K, V], keys []K) error

// shortcut is a context that a batch calls a Fetch with which asFetch has made.
type shortcut[K comparable, V any] struct {
	context.Context
	found answers[K, V]
}

// asFetch makes a Fetch of f. Called under a shortcut it leaves there the answers as they are,
// rather than in a map, which the batch would only read once.
//
// It is not inlined so that all it returns has the same code, by which fetchingOf knows it.
//
//go:noinline
func asFetch[K comparable, V any](f func(ctx context.Context, keys []K) (answers[K, V], error)) Fetch[K, V] {
	return func(ctx context.Context, keys []K) (map[K]Result[V], error) {
		if s, ok := ctx.(*shortcut[K, V]); ok {
			var err error
			s.found, err = f(s.Context, keys)
			return nil, err
		}
		found, err := f(ctx, keys)
		if err != nil {
			return nil, err
		}
		return found.byKey(keys), nil
	}
}

func (a *answers[K, V]) byKey(keys []K) map[K]Result[V] {
	all := make(map[K]Result[V], len(keys))
	for i, k := range keys {
		if r, ok := a.at(i, k); ok {
			all[k] = r
		}
	}
	return all
}

// fetchingOf returns how a batch calls f: under a shortcut when f is what asFetch returned, and not
// a function around that, which would miss the map.
func fetchingOf[K comparable, V any](f Fetch[K, V]) fetching[K, V] {
	if reflect.ValueOf(f).Pointer() == reflect.ValueOf(asFetch[K, V](nil)).Pointer() {
		return func(s *shortcut[K, V], keys []K) error {
			_, err := f(s, keys)
			return err
		}
	}
	return func(s *shortcut[K, V], keys []K) (err error) {
		s.found = answers[K, V]{}
		s.found.results, err = f(s.Context, keys)
		return err
	}
}
