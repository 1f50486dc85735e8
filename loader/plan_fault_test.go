package loader_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
)

// TestPlanUnlearns has the tracks' creators cached from the second time on: users, held behind the
// tracks, go out alone, a wave late. That happens once, and then only after it had been right
// twice, four times and so on.
func TestPlanUnlearns(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	usual := requires(t, w.playlist(1))
	odd := func(ctx context.Context) {
		w.users.Prime(ctx, 110, 1)
		w.users.Prime(ctx, 120, 1)
		requires(t, w.playlist(1))(ctx)
	}
	oddUnheld := []wave{{"playlists": 1}, {"users": 1, "tracks": 2}}
	oddHeld := []wave{{"playlists": 1}, {"tracks": 2}, {"users": 1}}
	sends(t, &plans, "k", odd, oddUnheld...) // nothing learned yet
	sends(t, &plans, "k", usual, playlistUnheld...)
	sends(t, &plans, "k", usual, playlistHeld...)
	for need := 2; need <= 16; need *= 2 {
		sends(t, &plans, "k", odd, oddHeld...) // wrong
		sends(t, &plans, "k", odd, oddUnheld...)
		for range need {
			sends(t, &plans, "k", usual, playlistUnheld...)
		}
		sends(t, &plans, "k", usual, playlistHeld...)
	}
}

// TestPlanOfTwoShapesUnderOneKey alternates: where the two contradict each other, that costs a wave
// once.
func TestPlanOfTwoShapesUnderOneKey(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	other := first(w.playlists.Get(1), loader.FlatMap(w.playlists.Get(1), func(v int) loader.Clump[int] {
		return first(w.users.Get(v), w.tracks.Get(v)) // the same two waves, and no third
	}))
	otherUnheld := []wave{{"playlists": 1}, {"users": 1, "tracks": 1}}
	sends(t, &plans, "k", requires(t, w.playlist(1)), playlistUnheld...)
	sends(t, &plans, "k", requires(t, other), wave{"playlists": 1}, wave{"tracks": 1}, wave{"users": 1})
	for range 20 {
		sends(t, &plans, "k", requires(t, w.playlist(1)), playlistUnheld...)
		sends(t, &plans, "k", requires(t, other), otherUnheld...)
	}
}

func TestPlanWhenWhatItWaitsBehindFails(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	failing := false
	tracks := loader.NewSource("tracks", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
		if failing {
			return nil, errState
		}
		return w.fetch(ctx, keys)
	}))
	c := loader.Join(loader.Optional(w.users.Get(1)), loader.Optional(loader.FlatMap(tracks.Get(2), w.users.Get).Filter(func(int) bool { return true })))
	fine := []wave{{"tracks": 1}, {"users": 2}}
	sends(t, &plans, "k", requires(t, c), wave{"users": 1, "tracks": 1}, wave{"users": 1})
	sends(t, &plans, "k", requires(t, c), fine...)
	failing = true
	fails := func(ctx context.Context) {
		if _, err := c.Require(ctx); !errors.Is(err, errState) {
			t.Errorf("got %v, want %v", err, errState)
		}
		if v, err := w.users.Get(1).Require(ctx); v != 10 || err != nil {
			t.Errorf("the held key: %v, %v", v, err)
		}
	}
	sends(t, &plans, "k", fails, wave{"tracks": 1}, wave{"users": 1}) // held, and sent all the same
	sends(t, &plans, "k", fails, wave{"users": 1, "tracks": 1})       // unlearned
}

func TestPlanBatchSize(t *testing.T) {
	var plans loader.Plans
	var r recorder
	w := newWorld()
	w.users = r.source("users", loader.MaxBatchSize(2))
	requires(t, w.playlist(1))(inScope(t, loader.WithPlan(&plans, "k")))
	r.fetched(t, []int{10}, []int{110, 120})
	r = recorder{}
	requires(t, w.playlist(1))(inScope(t, loader.WithPlan(&plans, "k")))
	r.fetched(t, []int{10, 110}, []int{120}) // held keys were asked for first
}

func TestPlanParamSource(t *testing.T) {
	var plans loader.Plans
	var r recorder
	w := newWorld()
	pages := loader.NewParamSource("pages", func(int) loader.Fetch[int, int] { return loader.FromMap(r.fetch) })
	page := func(p, again int) func(context.Context) {
		return requires(t, first(pages.Get(p, 1), loader.FlatMap(w.tracks.Get(2), func(v int) loader.Clump[int] { return pages.Get(again, v) })))
	}
	unheld := []wave{{"pages": 1, "tracks": 1}, {"pages": 1}}
	held := []wave{{"tracks": 1}, {"pages": 2}}
	sends(t, &plans, "k", page(5, 5), unheld...)
	sends(t, &plans, "k", page(6, 6), held...) // another parameter is the same shape
	sends(t, &plans, "k", page(7, 8), held...) // two batches all the same: wrong, though no wave was lost
	sends(t, &plans, "k", page(7, 7), unheld...)
}

// TestPlanParameterCountsOnce has a guess that was wrong be right again under two parameters at once: that is one Scope, not two.
func TestPlanParameterCountsOnce(t *testing.T) {
	var plans loader.Plans
	var r recorder
	w := newWorld()
	pages := loader.NewParamSource("pages", func(int) loader.Fetch[int, int] { return loader.FromMap(r.fetch) })
	page := func(again func(p int) int) func(context.Context) {
		both := loader.Traverse([]int{5, 6}, func(p int) loader.Clump[int] {
			return first(pages.Get(p, 1), loader.FlatMap(w.tracks.Get(p), func(v int) loader.Clump[int] { return pages.Get(again(p), v) }))
		})
		return requires(t, both)
	}
	same := page(func(p int) int { return p })
	other := page(func(p int) int { return p + 10 })
	unheld := []wave{{"pages": 2, "tracks": 2}, {"pages": 2}}
	held := []wave{{"tracks": 2}, {"pages": 4}}
	sends(t, &plans, "k", same, unheld...)
	sends(t, &plans, "k", same, held...)
	sends(t, &plans, "k", other, held...) // wrong
	sends(t, &plans, "k", same, unheld...)
	sends(t, &plans, "k", same, unheld...)
	sends(t, &plans, "k", same, held...)
}

func TestPlanPrimedWhileHeld(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	prime := false
	tracks := loader.NewSource("tracks", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
		if prime {
			w.users.Prime(ctx, 1, 77)
		}
		return w.fetch(ctx, keys)
	}))
	c := first(w.users.Get(1), loader.FlatMap(tracks.Get(2), w.users.Get))
	sends(t, &plans, "k", requires(t, c), wave{"users": 1, "tracks": 1}, wave{"users": 1})
	prime = true
	sends(t, &plans, "k", func(ctx context.Context) {
		if v, err := c.Require(ctx); v != 77 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
	}, wave{"tracks": 1}, wave{"users": 1})
}

// TestPlanWhatItWaitsBehindIsPrimed has the plan hold users behind tracks which then need not be
// fetched: users go out at once, or nothing ever would.
func TestPlanWhatItWaitsBehindIsPrimed(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	c := first(w.users.Get(1), loader.FlatMap(w.tracks.Get(2), w.users.Get))
	requires(t, c)(inScope(t, loader.WithPlan(&plans, "k")))
	var l log
	scope := loader.NewScope(loader.WithPlan(&plans, "k"), loader.WithObserver(&l))
	ctx := loader.WithScope(t.Context(), scope)
	x := scope.Begin(ctx)
	defer x.End()
	done := 0
	loader.Start(x, loader.Join(w.users.Get(1), w.tracks.Get(2)), "", func(loader.Tuple2[int, int], bool, error) { done++ })
	x.Advance()
	w.tracks.Prime(ctx, 2, 5)
	if err := x.Drive(); err != nil || done != 1 {
		t.Errorf("done %d, error %v", done, err)
	}
	if diff := cmp.Diff([]wave{{"users": 1}}, l.waves); diff != "" {
		t.Errorf("waves (-want +got):\n%s", diff)
	}
}

func TestPlanClear(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	c := first(w.users.Get(1), loader.FlatMap(w.tracks.Get(2), w.users.Get))
	run := func(ctx context.Context) {
		requires(t, c)(ctx)
		w.users.Clear(ctx)
		requires(t, c)(ctx)
	}
	sends(t, &plans, "k", run, wave{"users": 1, "tracks": 1}, wave{"users": 1}, wave{"users": 2})
	sends(t, &plans, "k", run, wave{"tracks": 1}, wave{"users": 2}, wave{"users": 2})
}

func TestPlanExecutionsOneAfterTheOther(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	run := func(ctx context.Context) {
		requires(t, w.playlist(1))(ctx)
		requires(t, w.playlist(2))(ctx)
	}
	sends(t, &plans, "k", run, append(playlistUnheld, playlistUnheld...)...)
	sends(t, &plans, "k", run, append(playlistHeld, playlistHeld...)...)
}

// TestPlanExecutionsAtOnce: what one of them waits for must not be held for the sake of another.
func TestPlanExecutionsAtOnce(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	requires(t, w.playlist(1))(inScope(t, loader.WithPlan(&plans, "k")))
	for range 3 {
		var l log
		ctx := inScope(t, loader.WithPlan(&plans, "k"), loader.WithObserver(&l))
		begun(t, ctx, 2, func(_ int, x *loader.Execution) {
			loader.Start(x, w.playlist(1), "", func(int, bool, error) {})
		})
		if diff := cmp.Diff(playlistUnheld, l.waves); diff != "" {
			t.Errorf("waves (-want +got):\n%s", diff)
		}
	}
	sends(t, &plans, "k", requires(t, w.playlist(1)), playlistHeld...) // and unlearned nothing
}

// TestPlanFetchThatUsesTheScope nests: the held keys must not wait for the fetch that waits for its
// own clumps.
func TestPlanFetchThatUsesTheScope(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	nested := false
	tracks := loader.NewSource("tracks", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
		if nested {
			requires(t, w.genres.Get(1))(ctx)
		}
		return w.fetch(ctx, keys)
	}))
	c := first(w.users.Get(1), loader.FlatMap(tracks.Get(2), w.users.Get))
	requires(t, c)(inScope(t, loader.WithPlan(&plans, "k")))
	nested = true
	var l log
	requires(t, c)(inScope(t, loader.WithPlan(&plans, "k"), loader.WithObserver(&l)))
	if want := []wave{{"tracks": 1}, {"genres": 1, "users": 1}, {"users": 1}}; !cmp.Equal(want, l.waves) {
		t.Errorf("waves %v, want %v", l.waves, want)
	}
}

func TestPlanCancelledWhileHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var plans loader.Plans
		tracks, users := newGate(), newGate()
		s, u := tracks.source("tracks"), users.source("users")
		c := first(u.Get(1), loader.FlatMap(s.Get(2), u.Get))
		for range 2 {
			answers := getting(inScope(t, loader.WithPlan(&plans, "k")), c)
			tracks.open(nil)
			if len(users.got()) == 1 && len(users.got()[0]) == 1 {
				users.open(nil) // the first time, the key is not held
			}
			users.open(nil)
			settled(t, answers)
		}
		users.fetched(t, []int{1}, []int{20}, []int{1, 20})

		ctx, cancel := context.WithCancel(inScope(t, loader.WithPlan(&plans, "k")))
		answers := getting(ctx, c)
		cancel()
		synctest.Wait()
		if a := settled(t, answers); !errors.Is(a.err, context.Canceled) {
			t.Errorf("got %+v", a)
		}
		users.fetched(t, []int{1}, []int{20}, []int{1, 20}) // it was held, and is not sent any more
		again := getting(context.WithoutCancel(ctx), u.Get(1))
		users.open(nil)
		settled(t, again)

		answers = getting(inScope(t, loader.WithPlan(&plans, "k")), c) // the plan has unlearned nothing
		users.fetched(t, []int{1}, []int{20}, []int{1, 20}, []int{1})
		tracks.open(nil)
		users.open(nil)
		settled(t, answers)
	})
}

// TestPlanMoreSendsThanItTellsApart: the Scope goes on as without a plan.
func TestPlanMoreSendsThanItTellsApart(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	chain := w.playlist(1)
	for i := range 70 {
		s := w.source(fmt.Sprint(i % 7))
		chain = loader.FlatMap(chain, func(v int) loader.Clump[int] { return s.Get(v % 1000) })
	}
	var unheld log
	requires(t, chain)(inScope(t, loader.WithObserver(&unheld)))
	for range 3 {
		sends(t, &plans, "k", requires(t, chain), unheld.waves...)
	}
}

func TestPlanConcurrentScopes(t *testing.T) {
	plans := loader.NewPlans(3)
	w := newWorld()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 200 {
				var l log
				scope := loader.NewScope(loader.WithPlan(plans, fmt.Sprint((i+j)%5)), loader.WithObserver(&l))
				v, err := w.playlist(1 + j%3).Require(loader.WithScope(t.Context(), scope))
				if v != 100*(1+j%3) || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
				if len(l.waves) != 3 || l.calls > 4 {
					t.Errorf("%d waves, %d calls", len(l.waves), l.calls)
				}
			}
		})
	}
	all.Wait()
}

// TestPlanWhenWhatItWaitsBehindIsNotDue: then there is nothing to hold users for, and nothing to
// unlearn.
func TestPlanWhenWhatItWaitsBehindIsNotDue(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	c := first(w.users.Get(1), loader.FlatMap(w.tracks.Get(2), w.users.Get))
	sends(t, &plans, "k", requires(t, c), wave{"users": 1, "tracks": 1}, wave{"users": 1})
	for range 3 {
		sends(t, &plans, "k", requires(t, first(w.users.Get(1), w.genres.Get(1))), wave{"users": 1, "genres": 1})
		sends(t, &plans, "k", requires(t, c), wave{"tracks": 1}, wave{"users": 2})
	}
}

// TestPlanIsToldOfAScopeOnce: an execution that comes after the one that bore out the guess does
// not count as another.
func TestPlanIsToldOfAScopeOnce(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	c := first(w.users.Get(1), loader.FlatMap(w.tracks.Get(2), w.users.Get))
	unheld := []wave{{"users": 1, "tracks": 1}, {"users": 1}}
	sends(t, &plans, "k", requires(t, c), unheld...)
	sends(t, &plans, "k", requires(t, first(w.users.Get(1), w.tracks.Get(2))), wave{"tracks": 1}, wave{"users": 1}) // wrong
	sends(t, &plans, "k", func(ctx context.Context) {
		requires(t, c)(ctx)
		requires(t, c)(ctx)
	}, unheld...)
	sends(t, &plans, "k", requires(t, c), unheld...)
	sends(t, &plans, "k", requires(t, c), wave{"tracks": 1}, wave{"users": 2})
}

// TestPlanAfterAnExecutionThatWasCutShort: the Scope goes on without its plan.
func TestPlanAfterAnExecutionThatWasCutShort(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	c := first(w.users.Get(1), loader.FlatMap(w.tracks.Get(2), w.users.Get))
	requires(t, c)(inScope(t, loader.WithPlan(&plans, "k")))
	sends(t, &plans, "k", func(ctx context.Context) {
		scope, _ := loader.ScopeFrom(ctx)
		x := scope.Begin(ctx)
		loader.Start(x, w.users.Get(9), "", func(int, bool, error) {})
		x.Advance()
		x.End()
		requires(t, c)(ctx)
	}, wave{"users": 1, "tracks": 1}, wave{"users": 1})
}
