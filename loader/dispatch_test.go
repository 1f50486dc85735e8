package loader_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

// synctest is the oracle here: after synctest.Wait nothing in the bubble can go on, so what is to
// be sent must have been sent by then, and what is not must not.

func inScope(t *testing.T, opts ...loader.ScopeOption) context.Context {
	return loader.WithScope(t.Context(), loader.NewScope(opts...))
}

// twoPaths is a fetch from slow, and beside it one from quick that goes on to next.
func twoPaths(slow, quick, next *gate) loader.Clump[loader.Tuple2[int, int]] {
	return loader.Join(slow.source("slow").Get(1), loader.FlatMap(quick.source("quick").Get(2), next.source("next").Get))
}

func TestRoundsWaitsForWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick, next := newGate(), newGate(), newGate()
		answers := getting(inScope(t), twoPaths(slow, quick, next))
		slow.fetched(t, []int{1})
		quick.fetched(t, []int{2})
		quick.open(nil)
		next.fetched(t) // nothing: slow is in flight
		slow.open(nil)
		next.fetched(t, []int{20})
		next.open(nil)
		if a := settled(t, answers); a.value != (loader.Tuple2[int, int]{V1: 10, V2: 200}) || a.err != nil {
			t.Errorf("got %+v", a)
		}
	})
}

func TestEagerDoesNotWaitForWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick, next := newGate(), newGate(), newGate()
		answers := getting(inScope(t, loader.WithPolicy(loader.Eager)), twoPaths(slow, quick, next))
		quick.open(nil)
		next.fetched(t, []int{20})
		next.open(nil)
		open(t, answers)
		slow.open(nil)
		if a := settled(t, answers); a.value != (loader.Tuple2[int, int]{V1: 10, V2: 200}) || a.err != nil {
			t.Errorf("got %+v", a)
		}
	})
}

func TestDispatchWaitsForEveryExecutionOfTheScope(t *testing.T) {
	for name, policy := range map[string]loader.Policy{"Rounds": loader.Rounds, "Eager": loader.Eager} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newGate()
				s := g.source("s")
				scope := loader.NewScope(loader.WithPolicy(policy))
				ctx := loader.WithScope(t.Context(), scope)
				other := scope.Begin(ctx) // can go on
				a, b := getting(ctx, s.Get(1)), getting(ctx, s.GetAll([]int{2, 1}))
				g.fetched(t)
				loader.Start(other, s.Get(3), "", func(int, bool, error) {})
				other.Advance()
				synctest.Wait()
				g.fetched(t) // Advance has asked, but never sends
				other.End()
				synctest.Wait()
				g.fetched(t, []int{1, 2}) // 3 was dropped with its only asker
				g.open(nil)
				if got := settled(t, a); got.value != 10 {
					t.Errorf("got %+v", got)
				}
				if got := settled(t, b); len(got.value) != 2 {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}

func TestDispatchIsNotOvertakenByAnExecutionThatIsAboutToWake(t *testing.T) {
	// Both executions wait for the same batch. When it lands both can go on; whichever is first
	// into Wait again must not send before the other has asked.
	for range 200 {
		var r1, r2 recorder
		s1, s2 := r1.source("first"), r2.source("second")
		scope := loader.NewScope()
		ctx := loader.WithScope(t.Context(), scope)
		both := make(chan error, 2)
		hold := scope.Begin(ctx)
		asked := make(chan struct{}, 2)
		for i := range 2 {
			go func() {
				x := scope.Begin(ctx)
				defer x.End()
				c := loader.FlatMap(loader.Collect(s1.Get(1), s1.Get(2)), func(v []int) loader.Clump[int] { return s2.Get(v[i]) })
				loader.Start(x, c, "", func(int, bool, error) {})
				x.Advance()
				asked <- struct{}{}
				both <- x.Drive()
			}()
		}
		<-asked
		<-asked
		hold.End()
		for range 2 {
			if err := <-both; err != nil {
				t.Fatal(err)
			}
		}
		if n := len(r2.got()); n != 1 {
			t.Fatalf("the second source was sent %d batches, want 1: %v", n, r2.got())
		}
	}
}

func TestFutureStartsAtOnceAndHoldsBackRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		s := g.source("s")
		release, started := make(chan int), 0
		future := loader.Future(func(context.Context) (int, error) {
			started++
			return <-release, nil
		})
		c := loader.Collect(s.Get(1), loader.FlatMap(future, s.Get), future)
		answers := getting(inScope(t), c)
		if started != 1 {
			t.Fatalf("the future was started %d times, want once, at once", started)
		}
		g.fetched(t) // the future may lead to more
		release <- 2
		synctest.Wait()
		g.fetched(t, []int{1, 2})
		g.open(nil)
		if a := settled(t, answers); len(a.value) != 3 || started != 1 {
			t.Errorf("got %+v after %d starts", a, started)
		}
	})
}

func TestFetchThatUsesClumpsItself(t *testing.T) {
	// The inner Get joins the Scope and its cache; the fetch around it, which waits for it, must
	// not hold it back.
	for name, policy := range map[string]loader.Policy{"Rounds": loader.Rounds, "Eager": loader.Eager} {
		t.Run(name, func(t *testing.T) {
			var users recorder
			s := users.source("users")
			tracks := loader.NewSource("tracks", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
				v, err := s.GetAll(keys).Require(ctx)
				return map[int]int{keys[0]: v[0]}, err
			}))
			future := loader.Future(func(ctx context.Context) (int, error) { return s.Get(1).Require(ctx) })
			v, err := loader.Collect(tracks.Get(1), future).Require(inScope(t, loader.WithPolicy(policy)))
			if err != nil || len(v) != 2 || v[0] != 10 || v[1] != 10 {
				t.Errorf("got %v, %v", v, err)
			}
			users.fetched(t, []int{1})
		})
	}
}
