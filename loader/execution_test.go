package loader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

func TestScopeFrom(t *testing.T) {
	if _, ok := loader.ScopeFrom(t.Context()); ok {
		t.Error("a Scope in a context without one")
	}
	if _, ok := loader.ScopeFrom(loader.WithScope(t.Context(), nil)); ok {
		t.Error("a nil Scope is no Scope")
	}
	scope := loader.NewScope()
	if s, ok := loader.ScopeFrom(loader.WithScope(t.Context(), scope)); !ok || s != scope {
		t.Error("not the Scope that was put there")
	}
}

func TestExecutionRunsOnlyInAdvanceAndSendsOnlyInWait(t *testing.T) {
	var r recorder
	s := r.source("s")
	x := loader.NewScope().Begin(t.Context())
	defer x.End()
	var log []string
	note := func(name string) func(int, bool, error) {
		return func(v int, defined bool, err error) { log = append(log, fmt.Sprint(name, v, defined, err)) }
	}
	loader.Start(x, loader.Try(func() (int, error) { log = append(log, "try"); return 1, nil }), "", note("a"))
	loader.Start(x, loader.FlatMap(s.Get(1), func(v int) loader.Clump[int] { return s.Get(v) }), "", note("b"))
	loader.Start(x, loader.Empty[int](), "", note("c"))
	loader.Start(x, loader.Fail[int](errState), "", note("d"))
	if len(log) != 0 {
		t.Errorf("before Advance: %v", log)
	}
	if more, err := x.Wait(); !more || err != nil {
		t.Errorf("Wait before Advance: %v, %v", more, err)
	}
	x.Advance()
	want := []string{"try", "a1 true <nil>", "c0 false <nil>", "d0 false illegal state"}
	if !slices.Equal(log, want) {
		t.Errorf("after Advance: %q, want %q", log, want)
	}
	x.Advance()
	r.fetched(t)
	for _, batches := range [][][]int{{{1}}, {{1}, {10}}} {
		if more, err := x.Wait(); !more || err != nil {
			t.Fatalf("Wait: %v, %v", more, err)
		}
		r.fetched(t, batches...)
		if len(log) != len(want) {
			t.Errorf("before the last Advance: %q", log)
		}
		x.Advance()
	}
	if log[len(log)-1] != "b100 true <nil>" || len(log) != len(want)+1 {
		t.Errorf("in the end: %q", log)
	}
	for range 2 {
		if more, err := x.Wait(); more || err != nil {
			t.Errorf("Wait with nothing outstanding: %v, %v", more, err)
		}
	}
}

func TestStartEach(t *testing.T) {
	var r recorder
	s := r.source("s")
	x := loader.NewScope().Begin(t.Context())
	defer x.End()
	cs := []loader.Clump[int]{s.Get(3), loader.Value(5), s.Get(-1), s.Get(1), loader.Fail[int](errState), {}}
	got := make([]string, len(cs))
	loader.StartEach(x, cs, "", func(i, v int, defined bool, err error) {
		got[i] += fmt.Sprint(v, defined, err)
	})
	loader.StartEach(x, nil, "", func(i, v int, defined bool, err error) { t.Error("called for nothing") })
	if err := x.Drive(); err != nil {
		t.Fatal(err)
	}
	want := []string{"30 true <nil>", "5 true <nil>", "0 false <nil>", "10 true <nil>", "0 false illegal state", "0 false <nil>"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	r.fetched(t, []int{3, -1, 1})
}

func TestStartFromWithinDone(t *testing.T) {
	// What done starts joins the wave of what else can run.
	var r1, r2 recorder
	s1, s2 := r1.source("first"), r2.source("second")
	x := loader.NewScope().Begin(t.Context())
	defer x.End()
	sum := 0
	add := func(v int, _ bool, _ error) { sum += v }
	for i := range 3 {
		loader.Start(x, s1.Get(i), "", func(v int, _ bool, _ error) { loader.Start(x, s2.Get(v), "", add) })
	}
	loader.Start(x, loader.FlatMap(s1.Get(3), s2.Get), "", add)
	if err := x.Drive(); err != nil {
		t.Fatal(err)
	}
	if sum != 600 {
		t.Errorf("sum %d", sum)
	}
	r1.fetched(t, []int{0, 1, 2, 3})
	if got := r2.got(); len(got) != 1 || len(got[0]) != 4 {
		t.Errorf("second: %v, want one batch", got)
	}
}

func TestPanicOfDoneGoesToTheCallerAndLosesNothing(t *testing.T) {
	x := loader.NewScope().Begin(t.Context())
	defer x.End()
	done := 0
	loader.StartEach(x, []loader.Clump[int]{loader.Value(0), loader.Value(1), loader.Value(2)}, "", func(i, _ int, _ bool, _ error) {
		if i == 1 {
			panic("one")
		}
		done++
	})
	func() {
		defer func() {
			if r := recover(); r != "one" {
				t.Errorf("recovered %v", r)
			}
		}()
		x.Advance()
	}()
	if err := x.Drive(); err != nil || done != 2 {
		t.Errorf("error %v, %d done, want the other two", err, done)
	}
}

func TestEndedExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate()
		ctx, cancel := context.WithCancel(t.Context())
		x := loader.NewScope().Begin(ctx)
		loader.Start(x, g.source("s").Get(1), "", func(int, bool, error) { t.Error("done after the end") })
		x.Advance()
		time := make(chan struct{})
		go func() { synctest.Wait(); cancel(); close(time) }()
		if more, err := x.Wait(); more || !errors.Is(err, context.Canceled) {
			t.Errorf("Wait: %v, %v", more, err)
		}
		<-time
		synctest.Wait()
		if g.endedFetches() != 1 {
			t.Error("the fetch goes on although nobody waits")
		}
		x.Advance()
		if more, _ := x.Wait(); more {
			t.Error("an execution that has left goes on")
		}
		x.End()
		x.End()
	})
}
