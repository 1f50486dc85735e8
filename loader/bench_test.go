package loader_test

import (
	"context"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// manyKeys is the size the cost per key is measured at.
const manyKeys = 100_000

// ready is a source that has its answer at hand, so that what is measured is all ours.
func ready(n int) (*loader.Source[int, int], []int) {
	keys := make([]int, n)
	found := make(map[int]loader.Result[int], n)
	for i := range keys {
		keys[i] = i
		found[i] = loader.Result[int]{Value: 10 * i}
	}
	fetch := func(context.Context, []int) (map[int]loader.Result[int], error) { return found, nil }
	return loader.NewSource("ready", fetch, loader.MaxBatchSize(0)), keys
}

func perKey(b *testing.B, keys int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(keys), "ns/key")
}

func benchmarkList(b *testing.B, keys []int, list func() loader.Clump[[]int]) {
	b.ReportAllocs()
	for b.Loop() {
		v, _, err := list().Get(b.Context())
		if len(v) != len(keys) || err != nil {
			b.Fatalf("%d values, error %v", len(v), err)
		}
	}
	perKey(b, len(keys))
}

func BenchmarkTraverse(b *testing.B) {
	source, keys := ready(manyKeys)
	benchmarkList(b, keys, func() loader.Clump[[]int] { return loader.Traverse(keys, source.Get) })
}

func BenchmarkGetAll(b *testing.B) {
	source, keys := ready(manyKeys)
	benchmarkList(b, keys, func() loader.Clump[[]int] { return source.GetAll(keys) })
}

func BenchmarkTraverseBatchesOf100(b *testing.B) {
	_, keys := ready(manyKeys)
	source := loader.NewSource("hundreds", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
		return keys, nil
	}))
	benchmarkList(b, keys, func() loader.Clump[[]int] { return loader.Traverse(keys, source.Get) })
}

// BenchmarkTwoWaves is a Traverse whose every element goes on to a second source, for keys shared
// by ten.
func BenchmarkTwoWaves(b *testing.B) {
	twoWaves, keys := twoWaves()
	benchmarkList(b, keys, twoWaves)
}

// BenchmarkTwoWavesPlanned is what it costs to note what is asked for behind what.
func BenchmarkTwoWavesPlanned(b *testing.B) {
	twoWaves, keys := twoWaves()
	var plans loader.Plans
	b.ReportAllocs()
	for b.Loop() {
		ctx := loader.WithScope(b.Context(), loader.NewScope(loader.WithPlan(&plans, "two waves")))
		if v, _, err := twoWaves().Get(ctx); len(v) != len(keys) || err != nil {
			b.Fatalf("%d values, error %v", len(v), err)
		}
	}
	perKey(b, len(keys))
}

func twoWaves() (list func() loader.Clump[[]int], keys []int) {
	tracks, keys := ready(manyKeys)
	users, _ := ready(manyKeys)
	return func() loader.Clump[[]int] {
		return loader.Traverse(keys, func(k int) loader.Clump[int] {
			return loader.FlatMap(tracks.Get(k), func(v int) loader.Clump[int] {
				return loader.Map(users.Get(v/100), func(u int) int { return u + v })
			})
		})
	}, keys
}

func BenchmarkGetOne(b *testing.B) {
	source, _ := ready(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := source.Get(0).Require(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetCached(b *testing.B) {
	source, _ := ready(1)
	ctx := loader.WithScope(b.Context(), loader.NewScope())
	source.Prime(ctx, 0, 1)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := source.Get(0).Require(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMapChain(b *testing.B) {
	chain := loader.Value(0)
	for range 1000 {
		chain = loader.Map(chain, func(i int) int { return i + 1 })
	}
	b.ReportAllocs()
	for b.Loop() {
		if v, err := chain.Require(b.Context()); v != 1000 || err != nil {
			b.Fatal(v, err)
		}
	}
}
