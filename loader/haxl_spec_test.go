package loader_test

import (
	"context"
	"errors"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// The cases of Haxl's BatchTests, under their names. Left out: NoCaching, as there is no Scope
// without a cache; pOr and pAnd, which do not wait for both sides, and so depend on which is
// quicker.

// haxl is the tests' source: each id has ten times itself under it, in place of a list of friends;
// that of 101 can not be had.
type haxl struct {
	recorder
	friends *loader.Source[int, int]
}

func newHaxl() *haxl {
	h := &haxl{}
	h.friends = loader.NewSource("friends", func(_ context.Context, ids []int) (map[int]loader.Result[int], error) {
		h.note(ids)
		found := make(map[int]loader.Result[int])
		for _, id := range ids {
			found[id] = loader.Result[int]{Value: 10 * id}
			if id == 101 {
				found[id] = loader.Result[int]{Err: errState}
			}
		}
		return found, nil
	})
	return h
}

// of is the friends of an id that itself comes out of a clump.
func (h *haxl) of(id int) loader.Clump[int] { return loader.FlatMap(loader.Value(id), h.friends.Get) }

func plus(a, b loader.Clump[int]) loader.Clump[int] {
	return loader.Map(loader.Join(a, b), func(t loader.Tuple2[int, int]) int { return t.V1 + t.V2 })
}

// when is then where c is positive, and 0 where it is not.
func when(c, then loader.Clump[int]) loader.Clump[int] {
	return loader.FlatMap(c, func(v int) loader.Clump[int] {
		if v > 0 {
			return then
		}
		return loader.Value(0)
	})
}

func (h *haxl) batching1() loader.Clump[int] { return plus(h.friends.Get(1), h.friends.Get(2)) }

func (h *haxl) batching2() loader.Clump[int] {
	return loader.Map(loader.Traverse([]int{1, 2}, h.friends.Get), func(vs []int) int { return vs[0] + vs[1] })
}

func (h *haxl) batching3() loader.Clump[int] { return plus(h.of(1), h.of(2)) }

func (h *haxl) batching4() loader.Clump[int] {
	return plus(loader.Map(h.of(1), identity), loader.Map(h.of(2), identity))
}

func (h *haxl) batching5() loader.Clump[int] {
	return loader.Map(loader.Join(h.of(1), h.of(2)), func(t loader.Tuple2[int, int]) int {
		if t.V1 > t.V2 {
			return 1
		}
		return 2
	})
}

func TestHaxlBatch(t *testing.T) {
	type batches = [][]int
	for name, test := range map[string]struct {
		clump   func(h *haxl) loader.Clump[int]
		want    int
		fetched batches
	}{
		"batching1": {(*haxl).batching1, 30, batches{{1, 2}}},
		"batching2": {(*haxl).batching2, 30, batches{{1, 2}}},
		"batching3": {(*haxl).batching3, 30, batches{{1, 2}}},
		"batching4": {(*haxl).batching4, 30, batches{{1, 2}}},
		"batching5": {(*haxl).batching5, 2, batches{{1, 2}}},
		"batching7": {func(h *haxl) loader.Clump[int] { return when(h.of(1), plus(h.of(1), h.of(2))) }, 30, batches{{1}, {2}}},
		"batching8": {func(h *haxl) loader.Clump[int] {
			return when(h.of(3), when(h.of(1), when(h.of(2), plus(h.of(1), h.of(2)))))
		}, 30, batches{{3}, {1}, {2}}},
		"batching9": {func(h *haxl) loader.Clump[int] { return first(h.of(2), h.of(1)) }, 20, batches{{2, 1}}},
		"caching1":  {func(h *haxl) loader.Clump[int] { return plus(plus(h.of(1), h.of(2)), plus(h.of(3), h.of(3))) }, 90, batches{{1, 2, 3}}},
		"caching2":  {func(h *haxl) loader.Clump[int] { return when(h.of(1), plus(h.of(2), h.of(3))) }, 50, batches{{1}, {2, 3}}},
		"caching3": {func(h *haxl) loader.Clump[int] {
			return when(h.of(1), plus(h.of(1), plus(h.of(2), h.of(3))))
		}, 60, batches{{1}, {2, 3}}},
		"exceptionTest1": {func(h *haxl) loader.Clump[int] { return h.friends.Get(101).Fallback(0) }, 0, batches{{101}}},
		"exceptionTest2": {func(h *haxl) loader.Clump[int] {
			return plus(h.friends.Get(101).Fallback(0), h.friends.Get(2).Fallback(0))
		}, 20, batches{{101, 2}}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHaxl()
			yields(t, test.clump(h), test.want)
			h.fetched(t, test.fetched...)
		})
	}
	t.Run("batching6", func(t *testing.T) {
		h := newHaxl()
		yields(t, loader.Collect(h.batching1(), h.batching2(), h.batching3(), h.batching4(), h.batching5()), []int{30, 30, 30, 30, 2})
		h.fetched(t, []int{1, 2})
	})
}

func TestHaxlCacheReuse(t *testing.T) {
	h, ctx := newHaxl(), inScope(t)
	for range 2 {
		if v, err := when(h.of(1), plus(h.of(1), h.of(2))).Require(ctx); v != 30 || err != nil {
			t.Errorf("got %v, %v", v, err)
		}
		h.fetched(t, []int{1}, []int{2})
	}
}

// The first error in order counts: when it is known only after a fetch, and when that is cached.
func TestHaxlDeterministicExceptions(t *testing.T) {
	h, ctx := newHaxl(), inScope(t)
	c := loader.Collect(
		loader.FlatMap(h.of(1), func(int) loader.Clump[int] { return loader.Fail[int](errState) }),
		loader.Fail[int](errPointer),
	)
	for range 2 {
		if _, err := c.Require(ctx); !errors.Is(err, errState) {
			t.Errorf("got %v, want %v", err, errState)
		}
	}
	h.fetched(t, []int{1})
}
