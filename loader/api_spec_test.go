package loader_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
)

// The cases of Clump's ClumpApiSpec, under their names. Left out, because there is nothing of the
// kind here:
//   - the aliases successful, failed, sequence, recover, recoverWith: one name each
//   - the "set" and "seq" variants of traverse, collect and list: a Go list is a slice
//   - "uses a covariant type parameter": Go's type parameters are not variant

func plusOne(i int) loader.Clump[int] { return loader.Value(i + 1) }

func rescueState(err error) (loader.Clump[int], bool) {
	return loader.Value(2), errors.Is(err, errState)
}

func handleState(err error) (int, bool) { return 2, errors.Is(err, errState) }

func TestClumpAPIConstants(t *testing.T) {
	t.Run("from a future (Clump.future)/success", func(t *testing.T) {
		yields(t, loader.Future(func(context.Context) (int, error) { return 1, nil }), 1)
	})
	t.Run("from a future (Clump.future)/failure", func(t *testing.T) {
		fails(t, loader.Future(func(context.Context) (int, error) { return 1, errState }), errState)
	})
	t.Run("from a value (Clump.apply)/propagates exceptions", func(t *testing.T) {
		fails(t, loader.Try(func() (int, error) { return 1, errState }), errState)
		fails(t, loader.Try(func() (int, error) { panic(errState) }), errState)
	})
	t.Run("from a value (Clump.apply)/no exception", func(t *testing.T) {
		yields(t, loader.Try(func() (int, error) { return 1, nil }), 1)
	})
	t.Run("from a value (Clump.value)", func(t *testing.T) { yields(t, loader.Value(1), 1) })
	t.Run("failed (Clump.exception)", func(t *testing.T) { fails(t, loader.Fail[int](errState), errState) })
	t.Run("empty (Clump.empty)", func(t *testing.T) { undefined(t, loader.Empty[int]()) })
	t.Run("the zero Clump", func(t *testing.T) { undefined(t, loader.Clump[int]{}) })
}

func TestClumpAPILists(t *testing.T) {
	t.Run("traversing multiple inputs (Clump.traverse)/list", func(t *testing.T) {
		yields(t, loader.Traverse([]int{1, 2, 3}, plusOne), []int{2, 3, 4})
	})
	t.Run("traversing multiple inputs (Clump.traverse)/varargs", func(t *testing.T) {
		varargs := func(in ...int) loader.Clump[[]int] { return loader.Traverse(in, plusOne) } // whose function comes last
		yields(t, varargs(1, 2, 3), []int{2, 3, 4})
	})
	t.Run("traversing multiple inputs (Clump.traverse)/nothing", func(t *testing.T) {
		yields(t, loader.Traverse(nil, plusOne), []int{})
	})
	t.Run("collect multiple clumps in only one (Clump.collect)/list", func(t *testing.T) {
		clumps := []loader.Clump[int]{loader.Value(1), loader.Value(2)}
		yields(t, loader.Collect(clumps...), []int{1, 2})
	})
	t.Run("collect multiple clumps in only one (Clump.collect)/varargs", func(t *testing.T) {
		yields(t, loader.Collect(loader.Value(1), loader.Value(2)), []int{1, 2})
	})
	t.Run("collect multiple clumps in only one (Clump.collect)/nothing", func(t *testing.T) {
		yields(t, loader.Collect[int](), []int{})
	})
	t.Run("leaves out what is undefined", func(t *testing.T) {
		yields(t, loader.Collect(loader.Empty[int](), loader.Value(1), loader.Empty[int]()), []int{1})
	})
	t.Run("the first failure in order counts", func(t *testing.T) {
		late := loader.FlatMap(loader.Value(1), func(int) loader.Clump[int] { return loader.Fail[int](errState) })
		fails(t, loader.Collect(loader.Value(1), late, loader.Fail[int](errPointer)), errState)
		fails(t, loader.Traverse([]error{nil, errPointer, errState}, loader.Fail[int]), errPointer)
	})
	t.Run("does not see later changes of its input", func(t *testing.T) {
		in := []int{1, 2}
		traversed, collected := loader.Traverse(in, plusOne), []loader.Clump[int]{loader.Value(1)}
		c := loader.Join(traversed, loader.Collect(collected...))
		in[0], collected[0] = 9, loader.Value(9)
		yields(t, c, loader.Tuple2[[]int, []int]{V1: []int{2, 3}, V2: []int{1}})
	})
}

func TestClumpAPITransformations(t *testing.T) {
	t.Run("a simple value transformation (clump.map)", func(t *testing.T) {
		yields(t, loader.Map(loader.Value(1), func(i int) string { return string(rune('a' + i)) }), "b")
		undefined(t, loader.Map(loader.Empty[int](), func(i int) int { return i }))
	})
	t.Run("creates a new clump (clump.flatMap)/both clumps are defined", func(t *testing.T) {
		yields(t, loader.FlatMap(loader.Value(1), plusOne), 2)
	})
	t.Run("creates a new clump (clump.flatMap)/initial clump is undefined", func(t *testing.T) {
		undefined(t, loader.FlatMap(loader.Empty[int](), plusOne))
	})
	t.Run("filtered (clump.filter)", func(t *testing.T) {
		undefined(t, loader.Value(1).Filter(func(i int) bool { return i != 1 }))
		yields(t, loader.Value(1).Filter(func(i int) bool { return i == 1 }), 1)
	})
	t.Run("a fallback value (clump.orDefault)", func(t *testing.T) {
		yields(t, loader.Empty[int]().OrDefault(1), 1)
		yields(t, loader.Value(1).OrDefault(2), 1)
		fails(t, loader.Fail[int](errState).OrDefault(2), errState)
	})
	t.Run("a fallback clump (clump.orElse)", func(t *testing.T) {
		yields(t, loader.Empty[int]().OrElse(loader.Value(1)), 1)
		yields(t, loader.Value(1).OrElse(loader.Value(2)), 1)
	})
	t.Run("optional (clump.optional) to avoid lossy joins", func(t *testing.T) {
		none, foo := loader.Empty[string](), loader.Value("foo")
		yields(t, loader.Optional(none), loader.Option[string]{})
		undefined(t, loader.Join(foo, none))
		yields(t, loader.Join(foo, loader.Optional(none)), loader.Tuple2[string, loader.Option[string]]{V1: "foo"})
		yields(t, loader.Optional(foo), loader.Option[string]{Value: "foo", Defined: true})
		fails(t, loader.Optional(loader.Fail[int](errState)), errState)
	})
}

func TestClumpAPIRecovery(t *testing.T) {
	failing, other := loader.Fail[int](errState), loader.Fail[int](errPointer)
	t.Run("a new value (clump.handle)", func(t *testing.T) {
		yields(t, failing.Handle(handleState), 2)
		yields(t, loader.Value(1).Handle(handleState), 1)
		fails(t, other.Handle(handleState), errPointer)
	})
	t.Run("a new clump (clump.rescue)", func(t *testing.T) {
		yields(t, failing.Rescue(rescueState), 2)
		yields(t, loader.Value(1).Rescue(rescueState), 1)
		fails(t, other.Rescue(rescueState), errPointer)
	})
	t.Run("a new value (clump.fallback) on any exception", func(t *testing.T) {
		yields(t, failing.Fallback(1), 1)
		yields(t, loader.Value(1).Fallback(2), 1)
		undefined(t, loader.Empty[int]().Fallback(2))
	})
	t.Run("a new clump (clump.fallbackTo) on any exception", func(t *testing.T) {
		yields(t, failing.FallbackTo(loader.Value(1)), 1)
		yields(t, loader.Value(1).FallbackTo(loader.Value(2)), 1)
	})
}

func TestClumpAPIExecution(t *testing.T) {
	ctx := t.Context()
	t.Run("as a collection (clump.list)", func(t *testing.T) {
		got, err := loader.List(ctx, loader.Value([]int{1, 2}))
		if diff := cmp.Diff([]int{1, 2}, got); diff != "" || err != nil {
			t.Error(diff, err)
		}
		got, err = loader.List(ctx, loader.Empty[[]int]())
		if got == nil || len(got) != 0 || err != nil {
			t.Errorf("undefined: got %#v, %v, want an empty list", got, err)
		}
		if _, err := loader.List(ctx, loader.Fail[[]int](errState)); !errors.Is(err, errState) {
			t.Errorf("failed: got %v", err)
		}
	})
	t.Run("falling back to a default (clump.getOrElse)", func(t *testing.T) {
		if v, err := loader.Empty[int]().GetOrElse(ctx, 1); v != 1 || err != nil {
			t.Error("undefined:", v, err)
		}
		if v, err := loader.Value(2).GetOrElse(ctx, 1); v != 2 || err != nil {
			t.Error("defined:", v, err)
		}
	})
	t.Run("unwrapping the result (clump.apply)", func(t *testing.T) {
		if v, err := loader.Value(1).Require(ctx); v != 1 || err != nil {
			t.Error("defined:", v, err)
		}
		if _, err := loader.Empty[int]().Require(ctx); !errors.Is(err, loader.ErrNotFound) {
			t.Error("undefined:", err)
		}
	})
}
