package loader_test

import (
	"context"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// TestGetOfCachedKeysThatChange asks for each key so often that it is found without the lock.
func TestGetOfCachedKeysThatChange(t *testing.T) {
	for _, keys := range []int{1, 10, 1000} { // more than are found so
		s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) { return keys, nil }))
		ctx := inScope(t)
		all := func(of string, want func(k int) int) {
			for range 3 {
				for k := range keys {
					if v, err := s.Get(k).Require(ctx); v != want(k) || err != nil {
						t.Fatalf("%d keys, %s: key %d is %v, %v", keys, of, k, v, err)
					}
				}
			}
		}
		all("fetched", func(k int) int { return k })
		s.Prime(ctx, 0, 7)
		all("the first primed", func(k int) int {
			if k == 0 {
				return 7
			}
			return k
		})
		for k := range keys {
			s.Prime(ctx, k, -k)
		}
		all("primed", func(k int) int { return -k })
		s.Clear(ctx, 0)
		all("the first cleared", func(k int) int { return -k })
		s.Clear(ctx)
		all("cleared", func(k int) int { return k })
	}
}

// TestGetOfCachedKeysOfManySources has more sources in a Scope than are found without the lock.
func TestGetOfCachedKeysOfManySources(t *testing.T) {
	ctx := inScope(t)
	for i := range 10 {
		var r recorder
		s := r.source("s")
		for range 3 {
			if v, err := s.Get(i).Require(ctx); v != 10*i || err != nil {
				t.Errorf("source %d: %v, %v", i, v, err)
			}
		}
		r.fetched(t, []int{i})
		if n := testing.AllocsPerRun(10, func() { _, _ = s.Get(i).Require(ctx) }); n != 0 {
			t.Errorf("source %d: %v allocations", i, n)
		}
	}
}
