package loader_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// Invariant: a Traverse of 100,000 keys is one call, and costs less than three allocations a key.
func TestWideTraverse(t *testing.T) {
	const most = 3 * manyKeys
	calls := 0
	source, keys := ready(manyKeys)
	counted := loader.NewSource("counted", func(ctx context.Context, keys []int) (map[int]loader.Result[int], error) {
		calls++
		found := make(map[int]loader.Result[int], len(keys))
		for _, k := range keys {
			found[k] = loader.Result[int]{Value: 10 * k}
		}
		return found, nil
	}, loader.MaxBatchSize(0))
	if v, err := loader.List(t.Context(), loader.Traverse(keys, counted.Get)); err != nil || len(v) != manyKeys || v[manyKeys-1] != 10*(manyKeys-1) {
		t.Errorf("%d values, %v", len(v), err)
	}
	if calls != 1 {
		t.Errorf("%d calls, want 1", calls)
	}
	allocations := testing.AllocsPerRun(2, func() {
		if v, err := loader.List(t.Context(), loader.Traverse(keys, source.Get)); err != nil || len(v) != manyKeys {
			t.Errorf("%d values, %v", len(v), err)
		}
	})
	if allocations >= most {
		t.Errorf("%v allocations, want less than %d", allocations, most)
	}
}

// Invariant: no part of a composition has a goroutine.
func TestNoGoroutineForANode(t *testing.T) {
	source, keys := ready(manyKeys)
	before := runtime.NumGoroutine()
	most := 0
	look := func(v int) int {
		most = max(most, runtime.NumGoroutine()-before)
		return v
	}
	looking := func(k int) loader.Clump[int] { return loader.Map(source.Get(k), look) }
	if _, err := loader.List(t.Context(), loader.Traverse(keys[:1000], looking)); err != nil {
		t.Fatal(err)
	}
	if v, err := loader.Map(chains["FlatMap nested to the left"](deep), look).Require(t.Context()); v != deep || err != nil {
		t.Fatal(v, err)
	}
	if most > 1 { // that of the batch, which may be about to end
		t.Errorf("%d goroutines more than before", most)
	}
}
