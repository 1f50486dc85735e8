package loader_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/clumpql/clumpql/loader"
)

func TestCancelReturnsAtOnceAndLeavesTheBatchToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s := g.source("s")
		scope := loader.NewScope()
		ctx := loader.WithScope(t.Context(), scope)
		short, cancel := context.WithCancel(ctx)
		hold := scope.Begin(ctx)
		a, b := getting(short, s.Get(1)), getting(ctx, s.Get(1))
		hold.End()
		synctest.Wait()
		cancel()
		synctest.Wait()
		if got := settled(t, a); !errors.Is(got.err, context.Canceled) {
			t.Errorf("the cancelled one got %+v", got)
		}
		open(t, b)
		g.open(nil)
		if got := settled(t, b); got.value != 10 || got.err != nil {
			t.Errorf("the other got %+v", got)
		}
		if g.endedFetches() != 0 {
			t.Error("the batch was cancelled although somebody waited for it")
		}
		g.fetched(t, []int{1})
	})
}

func TestCancelOfTheLastWaiterCancelsTheBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s := g.source("s", loader.MaxRetries(func(error) int { return 5 }))
		ctx := inScope(t)
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		a := getting(short, s.Get(1))
		time.Sleep(time.Second) // the bubble's clock
		synctest.Wait()
		if got := settled(t, a); !errors.Is(got.err, context.DeadlineExceeded) {
			t.Errorf("got %+v", got)
		}
		if n := g.endedFetches(); n != 1 {
			t.Errorf("%d fetches were cancelled, want 1", n)
		}
		b := getting(ctx, s.Get(1)) // the next to ask must not get the cancelled batch
		g.open(nil)
		if got := settled(t, b); got.value != 10 {
			t.Errorf("the next got %+v", got)
		}
		g.fetched(t, []int{1}, []int{1})
	})
}

func TestCancelledWaiterHoldsBackNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The fetch pays no heed to its context: even so, abandoned it does not hold back the next
		// round.
		release := make(chan struct{})
		deaf := loader.NewSource("deaf", loader.FromMap(func(context.Context, []int) (map[int]int, error) {
			<-release
			return map[int]int{1: 1}, nil
		}))
		g := newGate()
		ctx := inScope(t)
		short, cancel := context.WithCancel(ctx)
		a := getting(short, deaf.Get(1))
		b := getting(ctx, g.source("s").Get(2))
		g.fetched(t)
		cancel()
		synctest.Wait()
		if got := settled(t, a); !errors.Is(got.err, context.Canceled) {
			t.Errorf("got %+v", got)
		}
		g.fetched(t, []int{2})
		g.open(nil)
		if got := settled(t, b); got.value != 20 {
			t.Errorf("got %+v", got)
		}
		close(release)
	})
}

func TestCancelDropsKeysThatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s := g.source("s")
		scope := loader.NewScope()
		ctx := loader.WithScope(t.Context(), scope)
		hold := scope.Begin(ctx)
		short, cancel := context.WithCancel(ctx)
		a, b := getting(short, s.GetAll([]int{1, 2})), getting(ctx, s.GetAll([]int{2, 3}))
		cancel()
		synctest.Wait()
		hold.End()
		synctest.Wait()
		g.fetched(t, []int{2, 3})
		g.open(nil)
		if got := settled(t, a); !errors.Is(got.err, context.Canceled) {
			t.Errorf("got %+v", got)
		}
		if got := settled(t, b); len(got.value) != 2 {
			t.Errorf("got %+v", got)
		}
		c := getting(ctx, s.Get(1)) // dropped, not cached
		g.open(nil)
		if got := settled(t, c); got.value != 10 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestFetchRunsUnderAContextOfItsOwn(t *testing.T) {
	type key struct{}
	ctx, cancel := context.WithTimeout(context.WithValue(inScope(t), key{}, "alice"), time.Hour)
	defer cancel()
	s := loader.NewSource("s", loader.FromSingle(func(ctx context.Context, k int) (int, error) {
		if v := ctx.Value(key{}); v != "alice" {
			t.Errorf("the value of the asker's context is %v", v)
		}
		if _, has := ctx.Deadline(); has {
			t.Error("the fetch has the deadline of one of those that wait")
		}
		if _, in := loader.ScopeFrom(ctx); !in {
			t.Error("the fetch does not know its Scope")
		}
		return k, nil
	}))
	if _, err := s.Get(1).Require(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestFutureThatNobodyWaitsForIsCancelledForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		starts := 0
		future := loader.Future(func(ctx context.Context) (int, error) {
			starts++
			<-ctx.Done()
			return 0, ctx.Err()
		})
		ctx := inScope(t)
		short, cancel := context.WithCancel(ctx)
		a := getting(short, future)
		cancel()
		synctest.Wait()
		for _, got := range []answer[int]{settled(t, a), settled(t, getting(ctx, future))} {
			if !errors.Is(got.err, context.Canceled) {
				t.Errorf("got %+v", got)
			}
		}
		if starts != 1 {
			t.Errorf("f ran %d times in the Scope, want once", starts)
		}
	})
}

func TestGetUnderAnEndedContextRunsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ran := false
	_, _, err := loader.Try(func() (int, error) { ran = true; return 1, nil }).Get(ctx)
	if !errors.Is(err, context.Canceled) || ran {
		t.Errorf("error %v, ran %v", err, ran)
	}
}

// TestGetThatNeverEndsEndsWithItsContext goes on from one cached key to the next without ever having
// to wait, and holds back its Scope meanwhile.
func TestGetThatNeverEndsEndsWithItsContext(t *testing.T) {
	var r recorder
	s, ctx := r.source("s"), inScope(t)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	steps := 0
	var around func(int) loader.Clump[int]
	around = func(int) loader.Clump[int] {
		if steps++; steps == 10_000 {
			cancel()
		}
		return loader.FlatMap(s.Get(1), around)
	}
	if _, _, err := around(0).Get(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if steps > 20_000 {
		t.Errorf("it took %d steps to end", steps)
	}
	if v, err := s.Get(2).Require(context.WithoutCancel(ctx)); v != 20 || err != nil {
		t.Errorf("the Scope gave %d, %v to the next", v, err)
	}
}

// TestGetAfterCancelledGet has an execution leave a batch that goes on without it. What it waited
// for must not reach the executions that come after it.
func TestGetAfterCancelledGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := newGate(), newGate()
		shared, source := inScope(t), first.source("first")
		staying := getting(shared, source.Get(1))
		for range 20 {
			ctx, cancel := context.WithCancel(shared)
			leaving := getting(ctx, source.Get(1))
			cancel()
			synctest.Wait()
			if a := settled(t, leaving); a.err != context.Canceled {
				t.Fatalf("got %+v", a)
			}
		}
		next := getting(t.Context(), second.source("second").Get(2))
		first.open(nil)
		if a := settled(t, staying); a.value != 10 {
			t.Errorf("who stayed got %+v", a)
		}
		open(t, next)
		second.open(nil)
		if a := settled(t, next); a.value != 20 || a.err != nil {
			t.Errorf("who came after got %+v", a)
		}
	})
}
