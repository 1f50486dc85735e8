package loader_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

// TestGetThatCanNotEndFetchesByItself has a fetch end its goroutine: it is that of the Get. Who waits
// for the same batch is told, and the Scope goes on.
func TestGetThatCanNotEndFetchesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		through := make(chan struct{})
		calls := 0
		s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
			if calls++; calls == 1 {
				<-through
				runtime.Goexit()
			}
			return keys, nil
		}), loader.MaxConcurrency(1))
		ctx := inScope(t)
		returned, ended := false, make(chan struct{})
		go func() {
			defer close(ended)
			_, _, _ = s.Get(1).Get(notEnd(ctx))
			returned = true
		}()
		synctest.Wait()
		other := getting(ctx, s.Get(1))
		close(through)
		<-ended
		synctest.Wait()
		if returned {
			t.Error("the Get has returned: it did not fetch by itself")
		}
		if got := settled(t, other); !errors.Is(got.err, loader.ErrGoexit) {
			t.Errorf("who waited for the batch, too, got %+v", got)
		}
		if got := settled(t, getting(ctx, s.Get(1))); got.value != 1 || got.err != nil {
			t.Errorf("who came after got %+v", got)
		}
	})
}

// TestGetThatCanEndReturnsWhileItsFetchGoesOn is why it may not fetch by itself.
func TestGetThatCanEndReturnsWhileItsFetchGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		deaf := loader.NewSource("deaf", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
			<-release
			return keys, nil
		}))
		ctx, cancel := context.WithCancel(inScope(t))
		got := getting(ctx, deaf.Get(1))
		cancel()
		synctest.Wait()
		if a := settled(t, got); !errors.Is(a.err, context.Canceled) {
			t.Errorf("got %+v", a)
		}
		close(release)
	})
}

// TestGetThatCanNotEndAwaitsTwoBatches: it does not sit in one of them when it can go on after the other.
func TestGetThatCanNotEndAwaitsTwoBatches(t *testing.T) {
	for _, quickFirst := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			slow, quick, next := newGate(), newGate(), newGate()
			a := slow.source("slow").Get(1)
			b := loader.FlatMap(quick.source("quick").Get(2), next.source("next").Get)
			both := loader.Join(a, b)
			if quickFirst {
				both = loader.Join(b, a)
			}
			got := getting(notEnd(inScope(t, loader.WithPolicy(loader.Eager))), both)
			quick.open(nil)
			next.fetched(t, []int{20})
			next.open(nil)
			slow.open(nil)
			settled(t, got)
		})
	}
}

// TestGetThatFetchesByItselfIsJoined: what others come to want meanwhile goes out when the batch has
// arrived.
func TestGetThatFetchesByItselfIsJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := newGate()
		s, ctx := next.source("next"), inScope(t)
		alone := getting(notEnd(ctx), loader.FlatMap(s.Get(1), func(int) loader.Clump[int] { return s.Get(2) }))
		later := getting(notEnd(ctx), s.Get(3))
		next.fetched(t, []int{1})
		next.open(nil)
		next.fetched(t, []int{1}, []int{3, 2})
		next.open(nil)
		if got := settled(t, alone); got.value != 20 {
			t.Errorf("who fetched got %+v", got)
		}
		if got := settled(t, later); got.value != 30 {
			t.Errorf("who waited got %+v", got)
		}
	})
}

// TestGetInsideAFetchOfAGetThatCanNotEnd: the one inside waits for the Scope, which waits for the
// one outside, which fetches.
func TestGetInsideAFetchOfAGetThatCanNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		inner := r.source("inner")
		outer := loader.NewSource("outer", loader.FromSingle(func(ctx context.Context, k int) (int, error) {
			return inner.Get(k).Require(ctx)
		}))
		if got := settled(t, getting(notEnd(inScope(t)), outer.Get(1))); got.value != 10 || got.err != nil {
			t.Errorf("got %+v", got)
		}
	})
}

// telling is a source that fetches from g, and the contexts of its fetches, one at a time.
func telling(g *gate) (*loader.Source[int, int], <-chan context.Context) {
	contexts := make(chan context.Context, 1)
	return loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
		contexts <- ctx
		return g.fetch(ctx, keys)
	})), contexts
}

// TestFetchOutlivesItsFirstAsker has the asker's context end, of whose values the fetch's has, while
// another waits.
func TestFetchOutlivesItsFirstAsker(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s, contexts := telling(g)
		shared := inScope(t)
		asker, cancel := context.WithCancelCause(context.WithValue(shared, key{}, "alice"))
		first := getting(asker, s.Get(1))
		ctx := <-contexts
		before := runtime.NumGoroutine()
		child, stop := context.WithCancel(ctx)
		defer stop()
		if n := runtime.NumGoroutine(); n > before {
			t.Errorf("a context made of the fetch's takes %d goroutines", n-before)
		}
		other := getting(notEnd(shared), s.Get(1))
		cancel(errState)
		synctest.Wait()
		if got := settled(t, first); !errors.Is(got.err, context.Canceled) {
			t.Errorf("the asker got %+v", got)
		}
		if ctx.Err() != nil || context.Cause(ctx) != nil || child.Err() != nil {
			t.Errorf("the fetch has ended with its asker: %v, %v, %v", ctx.Err(), context.Cause(ctx), child.Err())
		}
		if v := child.Value(key{}); v != "alice" {
			t.Errorf("the value of the asker's context is %v", v)
		}
		g.open(nil)
		if got := settled(t, other); got.value != 10 {
			t.Errorf("the other got %+v", got)
		}
		if ctx.Err() == nil || context.Cause(ctx) == nil || child.Err() == nil {
			t.Error("the context goes on when the batch has arrived")
		}
	})
}

func TestContextsOfOneScope(t *testing.T) {
	type key struct{}
	scope := loader.NewScope()
	var all []context.Context
	for i := range 3 {
		all = append(all, loader.WithScope(context.WithValue(t.Context(), key{}, i), scope))
	}
	for i, ctx := range all {
		if s, ok := loader.ScopeFrom(ctx); !ok || s != scope || ctx.Value(key{}) != i {
			t.Errorf("context %d: Scope %p of %p, value %v", i, s, scope, ctx.Value(key{}))
		}
	}
}

// TestFetchSettlesWhatIsHeld has the fetch that a Get runs itself settle a key which a plan holds for
// the next wave, so that the Get could go on but for the fetch, which waits for the Scope.
func TestFetchSettlesWhatIsHeld(t *testing.T) {
	ways := map[string]func(ctx context.Context, b *loader.Source[int, int]) error{
		"primed": func(ctx context.Context, b *loader.Source[int, int]) error { b.Prime(ctx, 1, 10); return nil },
		"asked": func(ctx context.Context, b *loader.Source[int, int]) error {
			_, err := b.Get(1).Require(ctx)
			return err
		},
	}
	for name, settle := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var r recorder
				b, c := r.source("b"), r.source("c")
				learned := false
				a := loader.NewSource("a", loader.FromSingle(func(ctx context.Context, k int) (int, error) {
					if !learned {
						return k, nil
					}
					if err := settle(ctx, b); err != nil {
						return 0, err
					}
					return c.Get(k).Require(ctx)
				}))
				var plans loader.Plans
				for range 3 {
					ctx := notEnd(inScope(t, loader.WithPlan(&plans, "k")))
					_, _, err := loader.Join(loader.FlatMap(a.Get(1), func(int) loader.Clump[int] { return b.Get(2) }), b.Get(1)).Get(ctx)
					if err != nil {
						t.Error(err)
					}
					learned = true
				}
			})
		})
	}
}

// TestContextsCanBePrinted while they end, and others are made.
func TestContextsCanBePrinted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s, contexts := telling(g)
		scope := loader.NewScope()
		ctx := loader.WithScope(t.Context(), scope)
		short, cancel := context.WithCancel(ctx)
		got := getting(short, s.Get(1))
		fetching := <-contexts
		var all sync.WaitGroup
		all.Go(cancel)
		all.Go(func() { loader.WithScope(t.Context(), scope) })
		if text := fmt.Sprintf("%v %v", fetching, ctx); strings.Contains(text, "{") {
			t.Errorf("a context shows what is in it: %s", text)
		}
		all.Wait()
		synctest.Wait()
		settled(t, got)
	})
}
