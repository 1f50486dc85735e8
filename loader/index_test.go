package loader_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// TestCacheAgainstAMap asks, primes and clears keys at random, and compares what is fetched with
// what a map says is cached: whatever was put and taken out around it, a key is found where it is
// and not where it is not.
func TestCacheAgainstAMap(t *testing.T) {
	const keys, steps = 200, 20_000
	random := rand.New(rand.NewPCG(1, 2))
	fetches, version := 0, 0
	s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
		fetches++
		return []int{version}, nil
	}))
	ctx := inScope(t)
	cached := make(map[int]int)
	for range steps {
		k := random.IntN(keys)
		version++
		switch random.IntN(8) {
		case 0:
			s.Prime(ctx, k, version)
			cached[k] = version
		case 1, 2:
			s.Clear(ctx, k)
			delete(cached, k)
		case 3:
			if random.IntN(100) == 0 {
				s.Clear(ctx)
				clear(cached)
			}
		default:
			want, known := cached[k]
			if !known {
				want, cached[k] = version, version
			}
			before := fetches
			got, err := s.Get(k).Require(ctx)
			if got != want || err != nil || (fetches == before) != known {
				t.Fatalf("key %d, cached %v: got %d, %v after %d fetches, want %d", k, known, got, err, fetches-before, want)
			}
		}
	}
}
