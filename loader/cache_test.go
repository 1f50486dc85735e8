package loader_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

func TestCacheRemembersValuesMissesAndErrorsOfAKey(t *testing.T) {
	var r recorder
	s := loader.NewSource("s", func(_ context.Context, keys []int) (map[int]loader.Result[int], error) {
		r.note(keys)
		return map[int]loader.Result[int]{1: {Value: 10}, 3: {Err: errState}}, nil
	})
	ctx := inScope(t)
	for range 3 {
		if v, err := s.Get(1).Require(ctx); v != 10 || err != nil {
			t.Errorf("key 1: %v, %v", v, err)
		}
		if _, defined, err := s.Get(2).Get(ctx); defined || err != nil {
			t.Errorf("key 2: %v, %v", defined, err)
		}
		if _, err := s.Get(3).Require(ctx); !errors.Is(err, errState) {
			t.Errorf("key 3: %v", err)
		}
	}
	r.fetched(t, []int{1}, []int{2}, []int{3})
}

func TestCacheForgetsABatchThatFailed(t *testing.T) {
	var r recorder
	s := loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
		found, _ := r.fetch(ctx, keys)
		if len(r.got()) == 1 {
			return found, errState
		}
		return found, nil
	}))
	ctx := inScope(t)
	if _, err := s.GetAll([]int{1, 2}).Require(ctx); !errors.Is(err, errState) {
		t.Errorf("first: %v", err)
	}
	if v, err := s.Get(2).Require(ctx); v != 20 || err != nil {
		t.Errorf("second: %v, %v", v, err)
	}
	r.fetched(t, []int{1, 2}, []int{2})
}

func TestCacheRescueMayAskAgain(t *testing.T) {
	var r recorder
	s := loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
		found, _ := r.fetch(ctx, keys)
		if len(r.got()) == 1 {
			return nil, errState
		}
		return found, nil
	}))
	yields(t, s.Get(1).FallbackTo(s.Get(1)), 10)
	r.fetched(t, []int{1}, []int{1})
}

func TestSourcesAreToldApartByIdentity(t *testing.T) {
	var r recorder
	a, b := r.source("same name"), r.source("same name")
	yields(t, loader.Collect(a.Get(1), b.Get(1)), []int{10, 10})
	r.fetched(t, []int{1}, []int{1})
}

func TestPrime(t *testing.T) {
	var r recorder
	s := r.source("s")
	ctx := inScope(t)
	s.Prime(ctx, 1, 11)
	get := func(k, want int) {
		t.Helper()
		if v, err := s.Get(k).Require(ctx); v != want || err != nil {
			t.Errorf("key %d: %v, %v, want %d", k, v, err, want)
		}
	}
	get(1, 11)
	get(2, 20)
	s.Prime(ctx, 2, 22) // over what was fetched
	get(2, 22)
	r.fetched(t, []int{2})
	s.Prime(t.Context(), 3, 33) // no Scope: nothing
	get(3, 30)
}

func TestPrimeAnswersThoseWhoseFetchIsNotUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		s := r.source("s")
		scope := loader.NewScope()
		ctx := loader.WithScope(t.Context(), scope)
		hold := scope.Begin(ctx)
		a := getting(ctx, s.Get(1))
		b := getting(ctx, s.GetAll([]int{1, 2}))
		s.Prime(ctx, 1, 11)
		synctest.Wait()
		if got := settled(t, a); got.value != 11 {
			t.Errorf("got %+v", got)
		}
		hold.End()
		synctest.Wait()
		if got := settled(t, b); len(got.value) != 2 || got.value[0] != 11 || got.value[1] != 20 {
			t.Errorf("got %+v", got)
		}
		r.fetched(t, []int{2})
	})
}

func TestPrimeAndClearLeaveAFetchUnderWayToThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s := g.source("s")
		ctx := inScope(t, loader.WithPolicy(loader.Eager))
		a := getting(ctx, s.GetAll([]int{1, 2}))
		s.Prime(ctx, 1, 11)
		s.Clear(ctx, 2)
		if got := settled(t, getting(ctx, s.Get(1))); got.value != 11 {
			t.Errorf("primed: %+v", got)
		}
		c := getting(ctx, s.Get(2)) // cleared: fetched again
		g.fetched(t, []int{1, 2}, []int{2})
		g.through <- nil
		g.open(nil)
		if got := settled(t, a); len(got.value) != 2 || got.value[0] != 10 {
			t.Errorf("those who waited: %+v", got)
		}
		if got := settled(t, c); got.value != 20 {
			t.Errorf("after Clear: %+v", got)
		}
		if got := settled(t, getting(ctx, s.Get(1))); got.value != 11 {
			t.Errorf("the fetch that was under way has replaced what was primed: %+v", got)
		}
	})
}

func TestClear(t *testing.T) {
	var r recorder
	s := r.source("s")
	ctx := inScope(t)
	all := func() {
		t.Helper()
		if v, err := s.GetAll([]int{1, 2, 3}).Require(ctx); len(v) != 3 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	}
	all()
	s.Clear(ctx, 1, 3, 9)
	all()
	s.Clear(ctx)
	all()
	s.Clear(t.Context()) // no Scope: nothing
	all()
	r.fetched(t, []int{1, 2, 3}, []int{1, 3}, []int{1, 2, 3})
}
