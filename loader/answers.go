package loader

import (
	"context"
	"errors"
	"reflect"
)

// answers are what a fetch found, in the form its function returned it.
type answers[K comparable, V any] interface {
	// at returns what was found for the i-th of the keys fetched, which is k.
	at(i int, k K) (r Result[V], found bool)
}

type results[K comparable, V any] map[K]Result[V]

func (r results[K, V]) at(_ int, k K) (Result[V], bool) {
	found, ok := r[k]
	return found, ok
}

type mapped[K comparable, V any] map[K]V

func (m mapped[K, V]) at(_ int, k K) (Result[V], bool) {
	v, ok := m[k]
	return Result[V]{Value: v}, ok
}

type zipped[K comparable, V any] []V

func (z zipped[K, V]) at(i int, _ K) (Result[V], bool) { return Result[V]{Value: z[i]}, true }

// singles have the error ErrNotFound where nothing was found.
type singles[K comparable, V any] []Result[V]

func (s singles[K, V]) at(i int, _ K) (Result[V], bool) {
	return s[i], s[i].Err == nil || !errors.Is(s[i].Err, ErrNotFound)
}

// fetching is a Fetch as a batch calls it.
type fetching[K comparable, V any] func(ctx context.Context, keys []K) (answers[K, V], error)

// asFetch makes a Fetch of f. Called under a shortcut it leaves there the answers as they are,
// rather than in a map, which the batch would only read once.
//
// It is not inlined so that all it returns has the same code, by which fetchingOf knows it.
//
//go:noinline
func asFetch[K comparable, V any](f fetching[K, V]) Fetch[K, V] {
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
		byKey := make(map[K]Result[V], len(keys))
		for i, k := range keys {
			if r, ok := found.at(i, k); ok {
				byKey[k] = r
			}
		}
		return byKey, nil
	}
}

type shortcut[K comparable, V any] struct {
	context.Context
	found answers[K, V]
}

// fetchingOf returns how a batch calls f: under a shortcut when f is what asFetch returned, and not
// a function around that, which would miss the map.
func fetchingOf[K comparable, V any](f Fetch[K, V]) fetching[K, V] {
	if reflect.ValueOf(f).Pointer() == reflect.ValueOf(asFetch[K, V](nil)).Pointer() {
		return func(ctx context.Context, keys []K) (answers[K, V], error) {
			s := shortcut[K, V]{Context: ctx}
			_, err := f(&s, keys)
			return s.found, err
		}
	}
	return func(ctx context.Context, keys []K) (answers[K, V], error) {
		found, err := f(ctx, keys)
		return results[K, V](found), err
	}
}
