package loader

import (
	"context"
	"fmt"
	"sync"
)

// Result is what a fetch found under one key: a value, or an error of that key alone.
type Result[V any] struct {
	Value V
	Err   error
}

// Fetch gets the values of many keys at once. The keys are distinct and in the order in which they
// were first asked for. A key that is missing in the map is undefined; keys that were not asked for
// are ignored. An error fails the batch: all its keys fail now and may be asked for again.
//
// It runs on a goroutine of its own, or on that of a Get which has nothing else to do: one that sends
// this batch alone, and whose context can not end. Its context has the values of the first asker's,
// and ends when nobody waits for the batch any more. It is called from several goroutines at once.
// To keep the keys for longer than the Scope it should copy them: they lead to the Scope's memory.
type Fetch[K comparable, V any] func(ctx context.Context, keys []K) (map[K]Result[V], error)

// FromMap is the Fetch of a function that returns the values it found by their keys.
func FromMap[K comparable, V any](f func(context.Context, []K) (map[K]V, error)) Fetch[K, V] {
	return asFetch(func(ctx context.Context, keys []K) (answers[K, V], error) {
		found, err := f(ctx, keys)
		return answers[K, V]{mapped: found}, err
	})
}

// FromList is the Fetch of a function that returns the values it found in any order; key tells what
// a value was found under. Of several values under one key the last counts.
func FromList[K comparable, V any](f func(context.Context, []K) ([]V, error), key func(V) K) Fetch[K, V] {
	return asFetch(func(ctx context.Context, keys []K) (answers[K, V], error) {
		found, err := f(ctx, keys)
		if err != nil {
			return answers[K, V]{}, err
		}
		byKey := make(map[K]V, len(found))
		for _, v := range found {
			byKey[key(v)] = v
		}
		return answers[K, V]{mapped: byKey}, nil
	})
}

// FromZip is the Fetch of a function that returns one value for each key, in the keys' order. An
// answer of another length fails the batch with ErrZipLength.
func FromZip[K comparable, V any](f func(context.Context, []K) ([]V, error)) Fetch[K, V] {
	return asFetch(func(ctx context.Context, keys []K) (answers[K, V], error) {
		values, err := f(ctx, keys)
		if err == nil && len(values) != len(keys) {
			err = fmt.Errorf("%w: %d values for %d keys", ErrZipLength, len(values), len(keys))
		}
		return answers[K, V]{zipped: values}, err
	})
}

// FromSingle is the Fetch of a function that gets one value, for a service without batches. The
// keys of a batch are fetched at once, a goroutine each (MaxBatchSize bounds them). An error, a
// panic or a Goexit fails its own key alone; ErrNotFound leaves the key undefined.
func FromSingle[K comparable, V any](f func(context.Context, K) (V, error)) Fetch[K, V] {
	return asFetch(func(ctx context.Context, keys []K) (answers[K, V], error) {
		var all sync.WaitGroup
		found := make([]Result[V], len(keys))
		for i, k := range keys {
			all.Add(1)
			go call(func() (V, error) { return f(ctx, k) }, func(v V, err error) {
				found[i] = Result[V]{v, err}
				all.Done()
			})
		}
		all.Wait()
		return answers[K, V]{singles: found}, nil
	})
}
