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

// log is an Observer that notes of each wave what was sent: the source and the number of keys.
type log struct {
	mu    sync.Mutex
	waves []map[string]int
	calls int
}

func (l *log) BatchDone(b loader.Batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waves) < b.Wave {
		l.waves = append(l.waves, map[string]int{})
	}
	l.waves[b.Wave-1][b.Source] += b.Keys
	l.calls++
}

func (l *log) CacheHit(string, int) {}

type wave = map[string]int

// sends fails the test unless run sends exactly the waves, in a Scope with the plan of the key.
func sends(t *testing.T, plans *loader.Plans, key string, run func(context.Context), want ...wave) {
	t.Helper()
	var l log
	run(inScope(t, loader.WithPlan(plans, key), loader.WithObserver(&l)))
	if diff := cmp.Diff(want, l.waves); diff != "" {
		t.Errorf("waves (-want +got):\n%s", diff)
	}
}

// requires is a run of one clump, which must be defined.
func requires[T any](t *testing.T, c loader.Clump[T]) func(context.Context) {
	return func(ctx context.Context) {
		t.Helper()
		if _, err := c.Require(ctx); err != nil {
			t.Error(err)
		}
	}
}

// world is the sources of the plan's tests: each answers a key with ten times itself.
type world struct {
	recorder
	playlists, tracks, users, genres *loader.Source[int, int]
}

func newWorld() *world {
	w := &world{}
	w.playlists, w.tracks = w.source("playlists"), w.source("tracks")
	w.users, w.genres = w.source("users"), w.source("genres")
	return w
}

// playlist is the Clump README's: a playlist with its creator, and with its tracks and theirs.
func (w *world) playlist(id int) loader.Clump[int] {
	return loader.FlatMap(w.playlists.Get(id), func(v int) loader.Clump[int] {
		creator := w.users.Get(v)
		tracks := loader.Traverse([]int{v + 1, v + 2}, func(track int) loader.Clump[int] {
			return loader.FlatMap(w.tracks.Get(track), w.users.Get)
		})
		return first(creator, tracks)
	})
}

func first[A, B any](a loader.Clump[A], b loader.Clump[B]) loader.Clump[A] {
	return loader.Map(loader.Join(a, b), func(t loader.Tuple2[A, B]) A { return t.V1 })
}

var (
	playlistUnheld = []wave{{"playlists": 1}, {"users": 1, "tracks": 2}, {"users": 2}}
	playlistHeld   = []wave{{"playlists": 1}, {"tracks": 2}, {"users": 3}}
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
