package loader_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// A done function that ends its execution is the last that is called: nothing else is begun or fetched.
func TestExecution_EndWithinDone(t *testing.T) {
	var r recorder
	source := r.source("s")
	scope := loader.NewScope()
	x := scope.Begin(loader.WithScope(t.Context(), scope))
	calls := 0
	done := func(int, int, bool, error) {
		calls++
		x.End()
	}
	begun := loader.Try(func() (int, error) {
		t.Error("begun after End")
		return 0, nil
	})
	loader.StartEach(x, []loader.Clump[int]{loader.Value(1), loader.Value(2)}, "", done)
	loader.StartEach(x, []loader.Clump[int]{loader.Value(3), begun, source.Get(1)}, "", done)
	if err := x.Drive(); err != nil || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	x.End()
	x.Advance()
	started := func(int, bool, error) { t.Error("started after End") }
	loader.Start(x, loader.Value(1), "", started)
	loader.StartEach(x, []loader.Clump[int]{loader.Value(1)}, "", func(_, v int, defined bool, err error) { started(v, defined, err) })
	x.Advance()
	if more, err := x.Wait(); more || err != nil {
		t.Errorf("Wait after End: %t, %v", more, err)
	}
	r.fetched(t)
	yields(t, source.Get(2), 20)
}

// Executions that end twice, or amid a fetch, or by a panic, take nothing from those that use their buffers next.
func TestExecution_BuffersOfOthers(t *testing.T) {
	numbers := loader.NewSource("numbers", loader.FromSingle(func(_ context.Context, k int) (int, error) { return k, nil }))
	accident := func(s *loader.Scope) {
		x := s.Begin(t.Context())
		defer x.End()
		defer x.End()
		defer func() { _ = recover() }()
		loader.StartEach(x, []loader.Clump[int]{numbers.Get(1), loader.Value(2), numbers.Get(3)}, "", func(int, int, bool, error) { panic("done") })
		_ = x.Drive()
	}
	cancelled := func(s *loader.Scope) {
		ctx, cancel := context.WithCancel(t.Context())
		_, _, _ = loader.Map(numbers.Get(5), func(int) int { cancel(); return 0 }).Get(loader.WithScope(ctx, s)) // it may end either way
	}
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for range 50 {
				s := loader.NewScope()
				accident(s)
				cancelled(s)
				got, err := loader.List(loader.WithScope(t.Context(), s), numbers.GetAll([]int{i, 1, 5, 9}))
				if want := []int{i, 1, 5, 9}; err != nil || !slices.Equal(got, want) {
					t.Errorf("got %v, %v, want %v", got, err, want)
				}
			}
		})
	}
	wait.Wait()
}
