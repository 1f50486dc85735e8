package loader_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

func panicking[T, U any](T) U { panic(errState) }

func TestPanicsBecomeErrors(t *testing.T) {
	one, failing := loader.Value(1), loader.Fail[int](errPointer)
	service := func(context.Context, []int) (map[int]int, error) { panic(errState) }
	cases := map[string]loader.Clump[int]{
		"Try":      loader.Try(func() (int, error) { panic(errState) }),
		"Map":      loader.Map(one, panicking[int, int]),
		"FlatMap":  loader.FlatMap(one, panicking[int, loader.Clump[int]]),
		"Filter":   one.Filter(panicking[int, bool]),
		"Handle":   failing.Handle(func(error) (int, bool) { panic(errState) }),
		"Rescue":   failing.Rescue(func(error) (loader.Clump[int], bool) { panic(errState) }),
		"Traverse": loader.Map(loader.Traverse([]int{1}, panicking[int, loader.Clump[int]]), func([]int) int { return 0 }),
		"Future":   loader.Future(func(context.Context) (int, error) { panic(errState) }),
		"fetch":    loader.NewSource("s", loader.FromMap(service)).Get(1),
		"single":   loader.NewSource("s", loader.FromSingle(func(context.Context, int) (int, error) { panic(errState) })).Get(1),
		"retries": loader.NewSource("s", loader.FromMap(func(context.Context, []int) (map[int]int, error) { return nil, errPointer }),
			loader.MaxRetries(func(error) int { panic(errState) })).Get(1),
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, defined, err := c.Get(t.Context())
			var panicked *loader.PanicError
			if !errors.As(err, &panicked) || defined {
				t.Fatalf("got %v, defined %v, want a PanicError", err, defined)
			}
			if !errors.Is(err, errState) || panicked.Value != errState {
				t.Errorf("the value of the panic is %v", panicked.Value)
			}
			if !strings.Contains(string(panicked.Stack), "loader_test.") {
				t.Errorf("the stack does not show where it happened:\n%s", panicked.Stack)
			}
		})
	}
	t.Run("a nil function", func(t *testing.T) {
		var panicked *loader.PanicError
		if _, err := loader.Map[int, int](one, nil).Require(t.Context()); !errors.As(err, &panicked) {
			t.Errorf("got %v", err)
		}
		if _, err := loader.NewSource[int, int]("s", nil).Get(1).Require(t.Context()); !errors.As(err, &panicked) {
			t.Errorf("got %v", err)
		}
	})
}

func TestPanicOfOneBatchFailsJustItsOwnKeys(t *testing.T) {
	s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
		if keys[0] == 3 {
			panic("three")
		}
		return keys, nil
	}), loader.MaxBatchSize(1))
	yields(t, loader.Traverse([]int{1, 2, 3, 4}, func(k int) loader.Clump[int] { return s.Get(k).Fallback(-1) }), []int{1, 2, -1, 4})
}

func TestGoexitInAFetchDoesNotHang(t *testing.T) {
	exit := func() { runtime.Goexit() }
	batched := loader.NewSource("s", loader.FromMap(func(context.Context, []int) (map[int]int, error) {
		exit()
		return nil, nil
	}), loader.MaxConcurrency(1))
	single := loader.NewSource("s", loader.FromSingle(func(context.Context, int) (int, error) {
		exit()
		return 0, nil
	}))
	for range 2 { // the second time there must be a place under MaxConcurrency again
		fails(t, batched.Get(1), loader.ErrGoexit)
	}
	fails(t, single.Get(1), loader.ErrGoexit)
	fails(t, loader.Future(func(context.Context) (int, error) { exit(); return 1, nil }), loader.ErrGoexit)
}

func TestGoexitInACombinatorLeavesTheScope(t *testing.T) {
	var r recorder
	s := r.source("s")
	ctx := inScope(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = loader.Map(loader.Value(1), func(int) int { runtime.Goexit(); return 0 }).Get(ctx)
	}()
	<-done
	if v, err := s.Get(1).Require(ctx); v != 10 || err != nil { // would wait for ever for the one that has gone
		t.Errorf("got %v, %v", v, err)
	}
}

func TestKeyThatCanNotBeHashed(t *testing.T) {
	s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []any) ([]any, error) { return keys, nil }))
	bad := any([]int{1})
	ctx := inScope(t)
	var panicked *loader.PanicError
	c := loader.Collect(s.Get(1), s.Get(bad).Handle(func(err error) (any, bool) { return "bad", errors.As(err, &panicked) }), s.Get(2))
	got, err := c.Require(ctx)
	if err != nil || len(got) != 3 || got[1] != "bad" {
		t.Errorf("one by one: %v, %v", got, err)
	}
	if _, err := s.GetAll([]any{1, bad, 3, bad, 5}).Require(ctx); !errors.As(err, &panicked) {
		t.Errorf("all at once: %v", err)
	}
	if got, err := s.GetAll([]any{3, 5}).Require(ctx); err != nil || len(got) != 2 {
		t.Errorf("after it: %v, %v", got, err)
	}
}
