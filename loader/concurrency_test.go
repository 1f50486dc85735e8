package loader_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// begun has n executions of the scope under way, each on a goroutine of its own: none sends
// anything before all have asked. It returns when all are done.
func begun(t *testing.T, ctx context.Context, n int, run func(i int, x *loader.Execution)) {
	t.Helper()
	scope, _ := loader.ScopeFrom(ctx)
	executions := make([]*loader.Execution, n)
	for i := range executions {
		executions[i] = scope.Begin(ctx)
	}
	var all sync.WaitGroup
	for i, x := range executions {
		all.Go(func() {
			defer x.End()
			run(i, x)
			if err := x.Drive(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestManyExecutionsShareTheWavesOfAScope(t *testing.T) {
	const executions = 64
	for name, policy := range map[string]loader.Policy{"Rounds": loader.Rounds, "Eager": loader.Eager} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				var first, second, third recorder
				s1 := first.source("first", loader.MaxBatchSize(0))
				s2 := second.source("second", loader.MaxBatchSize(0))
				s3 := third.source("third", loader.MaxBatchSize(0))
				begun(t, inScope(t, loader.WithPolicy(policy)), executions, func(i int, x *loader.Execution) {
					c := loader.FlatMap(loader.FlatMap(s1.Get(i/2), s2.Get), s3.Get)
					loader.Start(x, c, "", func(v int, defined bool, err error) {
						if v != 1000*(i/2) || !defined || err != nil {
							t.Errorf("execution %d got %d, %v, %v", i, v, defined, err)
						}
					})
				})
				for wave, r := range []*recorder{&first, &second, &third} {
					got := r.got()
					if len(got) != 1 || len(got[0]) != executions/2 {
						t.Fatalf("wave %d: %d batches: %v, want one of %d keys", wave+1, len(got), got, executions/2)
					}
					slices.Sort(got[0])
					if len(slices.Compact(got[0])) != executions/2 {
						t.Errorf("wave %d: a key twice in %v", wave+1, got)
					}
				}
			}
		})
	}
}

func TestTheSameCallsInTenThousandRepetitions(t *testing.T) {
	// A timeline of tracks with their creators, asked for by two executions of one Scope at once:
	// three calls, whatever else the machine does (other goroutines see to it that it does
	// something, and mix the order in which these run).
	var busy sync.WaitGroup
	var stop atomic.Bool
	for range 2 {
		busy.Go(func() {
			for !stop.Load() {
				_, _ = loader.Value(1).Require(t.Context())
				runtime.Gosched()
			}
		})
	}
	defer busy.Wait()
	defer stop.Store(true)
	for range 10_000 {
		var posts, tracks, users recorder
		s1, s2, s3 := posts.source("posts"), tracks.source("tracks"), users.source("users")
		begun(t, inScope(t), 2, func(i int, x *loader.Execution) {
			c := loader.FlatMap(s1.Get(1), func(post int) loader.Clump[[]int] {
				return loader.Traverse([]int{post, post + 1, post + 2 + i}, func(k int) loader.Clump[int] {
					return loader.FlatMap(s2.Get(k), s3.Get)
				})
			})
			loader.Start(x, c, "", func(v []int, _ bool, err error) {
				if len(v) != 3 || err != nil {
					t.Errorf("got %v, %v", v, err)
				}
			})
		})
		for i, r := range []*recorder{&posts, &tracks, &users} {
			if got := r.got(); len(got) != 1 {
				t.Fatalf("source %d: %d calls: %v, want one", i+1, len(got), got)
			}
		}
	}
}

func TestGetsFromManyGoroutines(t *testing.T) {
	// Under the race detector: executions come and go, are cancelled, prime and clear; nothing
	// hangs, and those that are not cancelled get what they asked for.
	var r recorder
	s, next := r.source("s"), r.source("next", loader.MaxConcurrency(2), loader.MaxBatchSize(3))
	ctx := inScope(t)
	future := loader.Future(func(context.Context) (int, error) { return 7, nil })
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			mine, cancel := context.WithCancel(ctx)
			defer cancel()
			for j := range 30 {
				switch {
				case i%10 == 3:
					s.Prime(ctx, j, 10*j)
				case i%10 == 4:
					s.Clear(ctx, j)
				case i%10 == 5 && j == 20:
					cancel()
				}
				v, err := loader.FlatMap(loader.Join(s.Get(j), future), func(p loader.Tuple2[int, int]) loader.Clump[int] {
					return next.Get(p.V1 + i%3)
				}).Require(mine)
				if want := 10 * (10*j + i%3); err == nil && v != want || err != nil && mine.Err() == nil {
					t.Errorf("goroutine %d, key %d: %d, %v, want %d", i, j, v, err, want)
				}
			}
		})
	}
	all.Wait()
}

func TestCancelledBatchesAmongOthers(t *testing.T) {
	// Each execution is alone with its key, so its end cancels the batch while others of the Scope
	// come and go.
	blocked := loader.NewSource("blocked", loader.FromSingle(func(ctx context.Context, k int) (int, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}))
	var r recorder
	s := r.source("s")
	ctx := inScope(t, loader.WithPolicy(loader.Eager))
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			mine, cancel := context.WithCancel(ctx)
			defer cancel()
			x, _ := loader.ScopeFrom(mine)
			e := x.Begin(mine)
			defer e.End()
			loader.Start(e, loader.Join(blocked.Get(i), loader.Map(s.Get(i), func(int) int { cancel(); return 0 })), "",
				func(loader.Tuple2[int, int], bool, error) { t.Error("done although the fetch never ends") })
			if err := e.Drive(); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
}
