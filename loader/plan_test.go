package loader_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

func TestPlanOfThePlaylist(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	sends(t, &plans, "playlist", requires(t, w.playlist(1)), playlistUnheld...)
	for id := range 5 {
		sends(t, &plans, "playlist", requires(t, w.playlist(10+id)), playlistHeld...)
	}
	sends(t, &plans, "another shape", requires(t, w.playlist(1)), playlistUnheld...)
}

func TestPlanSwitchedOff(t *testing.T) {
	w := newWorld()
	for range 3 {
		sends(t, nil, "playlist", requires(t, w.playlist(1)), playlistUnheld...)
		sends(t, loader.NewPlans(1), "", requires(t, w.playlist(1)), playlistUnheld...)
	}
	plans := loader.NewPlans(1)
	for range 3 {
		var l log
		requires(t, w.playlist(1))(inScope(t, loader.WithPlan(plans, "k"), loader.WithPlan(nil, "k"), loader.WithObserver(&l)))
		if l.calls != 4 {
			t.Errorf("%d calls, want 4: the last WithPlan counts", l.calls)
		}
	}
}

func TestPlanUnderEagerHasNoEffect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var plans loader.Plans
		w := newWorld()
		for range 3 {
			var l log
			requires(t, w.playlist(1))(inScope(t, loader.WithPlan(&plans, "k"), loader.WithPolicy(loader.Eager), loader.WithObserver(&l)))
			if l.calls != 4 {
				t.Errorf("%d calls, want 4", l.calls)
			}
		}
		sends(t, &plans, "k", requires(t, w.playlist(1)), playlistUnheld...) // and teaches nothing
	})
}

func TestPlanForgetsTheShapeNotUsedForLongest(t *testing.T) {
	plans := loader.NewPlans(2)
	w := newWorld()
	for _, step := range []struct {
		key  string
		want []wave
	}{
		{"a", playlistUnheld},
		{"b", playlistUnheld},
		{"a", playlistHeld},
		{"c", playlistUnheld}, // in the place of b
		{"a", playlistHeld},
		{"b", playlistUnheld}, // in the place of c
		{"b", playlistHeld},
	} {
		sends(t, plans, step.key, requires(t, w.playlist(1)), step.want...)
	}
}

// TestPlanHoldsNothingThatIsWaitedFor has something wait for the users of the second wave, in every
// way there is: none of them may be held, as that would cost a wave (or a wait).
func TestPlanHoldsNothingThatIsWaitedFor(t *testing.T) {
	w := newWorld()
	beside := func(c loader.Clump[int]) loader.Clump[int] { // tracks that have users asked for again
		return first(c, loader.FlatMap(w.tracks.Get(1), w.users.Get))
	}
	future := loader.Future(func(context.Context) (int, error) { return 1, nil })
	for name, c := range map[string]loader.Clump[int]{
		"a fetch":          beside(loader.FlatMap(w.users.Get(2), w.genres.Get)),
		"after a map":      beside(loader.FlatMap(loader.Map(w.users.Get(2), func(v int) int { return v + 1 }), w.genres.Get)),
		"a Future":         beside(loader.FlatMap(w.users.Get(2), func(int) loader.Clump[int] { return future })),
		"a pair, first":    beside(loader.FlatMap(first(w.users.Get(2), w.tracks.Get(3)), w.genres.Get)),
		"a pair, second":   beside(loader.FlatMap(first(w.tracks.Get(3), w.users.Get(2)), w.genres.Get)),
		"a list":           beside(loader.FlatMap(loader.Collect(w.tracks.Get(3), w.users.Get(2), w.tracks.Get(4)), func([]int) loader.Clump[int] { return w.genres.Get(1) })),
		"a GetAll":         beside(loader.FlatMap(first(w.users.GetAll([]int{2, 3}), w.tracks.Get(3)), func([]int) loader.Clump[int] { return w.genres.Get(1) })),
		"itself":           beside(loader.FlatMap(w.users.Get(2), w.users.Get)),
		"one of its keys":  beside(first(w.users.Get(5), loader.FlatMap(w.users.Get(2), w.genres.Get))),
		"a cached key":     beside(loader.FlatMap(w.users.Get(2), func(int) loader.Clump[int] { return w.tracks.Get(1) })),
		"an alternative":   beside(w.users.Get(-2).OrElse(w.genres.Get(1))),
		"a deep pair":      beside(loader.FlatMap(first(loader.Map(first(w.tracks.Get(3), w.users.Get(2)), func(v int) int { return v }), w.tracks.Get(4)), w.genres.Get)),
		"nothing to merge": first(w.users.Get(2), loader.FlatMap(w.tracks.Get(1), w.genres.Get)),
	} {
		t.Run(name, func(t *testing.T) {
			var plans loader.Plans
			var unheld log
			requires(t, c)(inScope(t, loader.WithObserver(&unheld)))
			for range 4 {
				sends(t, &plans, "k", requires(t, c), unheld.waves...)
			}
		})
	}
}

// inLevels is an executor that goes on between two calls of Advance: as soon as the track is there,
// which it says, to its user; or, when the other user is there as well, to another track's user.
func (w *world) inLevels(t *testing.T, together bool) func(context.Context) {
	return func(ctx context.Context) {
		scope, _ := loader.ScopeFrom(ctx)
		x := scope.Begin(ctx)
		defer x.End()
		var tracks []int
		var behind loader.Behind
		missing := 2
		loader.Start(x, w.users.Get(1), "", func(int, bool, error) { missing-- })
		loader.Start(x, w.tracks.Get(2), "", func(v int, _ bool, _ error) {
			tracks, behind = append(tracks, v), x.Behind()
			missing--
		})
		for more, err := true, error(nil); more; more, err = x.Wait() {
			x.Advance()
			if err != nil {
				t.Error(err)
			}
			if together && missing > 0 {
				continue
			}
			if !together {
				x.After(behind)
			}
			for _, v := range tracks {
				c := w.users.Get(v)
				if together {
					c = loader.FlatMap(w.tracks.Get(v), w.users.Get)
				}
				loader.Start(x, c, "", func(int, bool, error) {})
			}
			tracks = nil
		}
	}
}

func TestPlanOfAnExecutorThatWorksInLevels(t *testing.T) {
	var plans loader.Plans
	w := newWorld()
	sends(t, &plans, "said", w.inLevels(t, false), wave{"users": 1, "tracks": 1}, wave{"users": 1})
	unheld := []wave{{"users": 1, "tracks": 1}, {"tracks": 1}, {"users": 1}}
	for range 10 {
		sends(t, &plans, "said", w.inLevels(t, false), wave{"tracks": 1}, wave{"users": 2})
		sends(t, &plans, "not said", w.inLevels(t, true), unheld...)
	}
	// Where it goes on from both after all, the guess is wrong once.
	sends(t, &plans, "said", w.inLevels(t, true), wave{"tracks": 1}, wave{"users": 1}, wave{"tracks": 1}, wave{"users": 1})
	sends(t, &plans, "said", w.inLevels(t, true), unheld...)
}
