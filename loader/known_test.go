package loader_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

// TestGetOfACachedKeyAllocatesNothing also means that it makes no execution.
func TestGetOfACachedKeyAllocatesNothing(t *testing.T) {
	var r recorder
	s, ctx := r.source("s"), inScope(t)
	get := func(k int) {
		if v, defined, err := s.Get(k).Get(ctx); defined != (k >= 0) || defined && v != 10*k || err != nil {
			t.Errorf("key %d: got %v, %v, %v", k, v, defined, err)
		}
	}
	for _, k := range []int{3, -3} {
		get(k)
		if n := testing.AllocsPerRun(100, func() { get(k) }); n != 0 {
			t.Errorf("key %d: %v allocations a Get", k, n)
		}
	}
	r.fetched(t, []int{3}, []int{-3})
}

func TestGetOfACachedKeyIsACacheHit(t *testing.T) {
	var r recorder
	var o observed
	s := r.source("s")
	ctx := loader.WithScope(t.Context(), loader.NewScope(loader.WithObserver(&o)))
	for range 3 {
		if v, err := s.Get(1).Require(ctx); v != 10 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	}
	if o.hits["s"] != 2 {
		t.Errorf("%d hits, want 2", o.hits["s"])
	}
}

func TestGetOfACachedKeyHeedsItsContext(t *testing.T) {
	var r recorder
	s, ctx := r.source("s"), inScope(t)
	s.Prime(ctx, 1, 2)
	ended, end := context.WithCancel(ctx)
	end()
	if _, err := s.Get(1).Require(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestGetOfAKeyThatCanNotBeHashedAmongCachedOnes(t *testing.T) {
	s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []any) ([]any, error) { return keys, nil }))
	ctx := inScope(t)
	for range 2 {
		if v, err := s.Get("a").Require(ctx); v != "a" || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		var panicked *loader.PanicError
		if _, err := s.Get([]int{1}).Require(ctx); !errors.As(err, &panicked) {
			t.Errorf("got %v, want a PanicError", err)
		}
	}
}

func TestGetOfAKeyInFlightWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		land := make(chan struct{})
		s := loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
			<-land
			return r.fetch(ctx, keys)
		}))
		ctx := inScope(t)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if v, err := s.Get(1).Require(ctx); v != 10 || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
			})
			synctest.Wait()
		}
		close(land)
		all.Wait()
		r.fetched(t, []int{1})
	})
}

// TestGetOfCachedKeysWhileOthersChange is for the race detector, and for Gets that never end.
func TestGetOfCachedKeysWhileOthersChange(t *testing.T) {
	var r recorder
	s, ctx := r.source("s"), inScope(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 1000 {
				k := i % 10
				if v, err := s.Get(k).Require(ctx); v != 10*k || err != nil {
					t.Errorf("key %d: got %v, %v", k, v, err)
				}
			}
		})
	}
	for i := range 1000 {
		s.Prime(ctx, 10+i, i)
		s.Clear(ctx, i%10, 10+i/2)
	}
	all.Wait()
}

// TestManyBatchesOfOneKey grows what a source has in a Scope key by key, and batch by batch.
func TestManyBatchesOfOneKey(t *testing.T) {
	for _, n := range []int{3, 4, 5, 6, 7, 12, 13, 14, 100} {
		var r recorder
		s, ctx := r.source("s"), notEnd(inScope(t))
		for range 2 { // they are cached the second time
			for k := range n {
				if v, err := s.Get(k).Require(ctx); v != 10*k || err != nil {
					t.Fatalf("key %d of %d: %d, %v", k, n, v, err)
				}
			}
		}
		if calls := len(r.got()); calls != n {
			t.Errorf("%d keys: %d calls", n, calls)
		}
	}
}
