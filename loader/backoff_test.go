package loader_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clumpql/clumpql/loader"
)

func always(n int) func(error) int { return func(error) int { return n } }

func TestBackoffWaitsLongerEachTimeUpToTheMax(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []time.Time
		s := loader.NewSource("s", loader.FromMap(func(context.Context, []int) (map[int]int, error) {
			calls = append(calls, time.Now())
			return nil, errState
		}), loader.MaxRetries(always(400)), loader.Backoff(time.Second, 5*time.Second))
		fails(t, s.Get(1), errState)
		if len(calls) != 401 {
			t.Fatalf("%d attempts, want 401", len(calls))
		}
		longest := time.Duration(0)
		for i := 1; i < len(calls); i++ {
			pause := calls[i].Sub(calls[i-1])
			bound := min(5*time.Second, time.Second<<min(i-1, 3))
			if pause < 0 || pause > bound {
				t.Errorf("pause %d was %v, want up to %v", i, pause, bound)
			}
			longest = max(longest, pause)
		}
		if longest < 4*time.Second { // of 400 random ones up to 5 s; shorter for all: 1 in 10^38
			t.Errorf("the longest pause was %v: no jitter over the whole bound", longest)
		}
	})
}

func TestBackoffDoesNotOutlastTheDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		s := loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
			r.note(keys)
			return nil, errState
		}), loader.MaxRetries(always(1000)), loader.Backoff(time.Hour, time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		start := time.Now()
		if _, err := s.Get(1).Require(ctx); !errors.Is(err, errState) {
			t.Errorf("got %v, want the error at hand rather than the deadline's", err)
		}
		if time.Since(start) > time.Millisecond {
			t.Errorf("it took %v", time.Since(start))
		}
	})
}

func TestBackoffEndsWhenNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		s := loader.NewSource("s", loader.FromMap(func(_ context.Context, keys []int) (map[int]int, error) {
			r.note(keys)
			return nil, errState
		}), loader.MaxRetries(always(1<<62)), loader.Backoff(time.Second, 1<<62))
		ctx, cancel := context.WithCancel(inScope(t))
		a := getting(ctx, s.Get(1))
		time.Sleep(time.Minute)
		cancel()
		synctest.Wait()
		if got := settled(t, a); !errors.Is(got.err, context.Canceled) {
			t.Errorf("got %+v", got)
		}
		n := len(r.got())
		time.Sleep(24 * time.Hour)
		if m := len(r.got()); m != n {
			t.Errorf("%d attempts after everybody had gone", m-n)
		}
	})
}

func TestMaxConcurrencyHoldsForTheWholeProcess(t *testing.T) {
	var now, most atomic.Int32
	s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		return keys, nil
	}), loader.MaxConcurrency(3), loader.MaxBatchSize(1))
	var all sync.WaitGroup
	for range 20 { // each in a Scope of its own
		all.Go(func() { yields(t, s.GetAll([]int{1, 2, 3, 4, 5}), []int{1, 2, 3, 4, 5}) })
	}
	all.Wait()
	if most.Load() > 3 {
		t.Errorf("%d fetches at once, want at most 3", most.Load())
	}
}

func TestMaxConcurrencyGivesUpItsTurnWhenNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s := g.source("s", loader.MaxConcurrency(1))
		a := getting(t.Context(), s.Get(1))
		ctx, cancel := context.WithCancel(t.Context())
		b := getting(ctx, s.Get(2))
		c := getting(t.Context(), s.Get(3))
		cancel()
		synctest.Wait()
		if got := settled(t, b); !errors.Is(got.err, context.Canceled) {
			t.Errorf("got %+v", got)
		}
		g.open(nil)
		g.open(nil)
		settled(t, a)
		settled(t, c)
		g.fetched(t, []int{1}, []int{3})
	})
}
