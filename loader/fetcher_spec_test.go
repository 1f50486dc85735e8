package loader_test

import (
	"context"
	"errors"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// The cases of Clump's ClumpFetcherSpec and ClumpSourceSpec, under their names. A Go fetch gets a
// list, so the set variants are left out.

func TestClumpFetcher(t *testing.T) {
	t.Run("memoizes the results of previous fetches", func(t *testing.T) {
		var r recorder
		s := r.source("s")
		c := then(loader.Traverse([]int{1, 2}, s.Get), func([]int) loader.Clump[[]int] {
			return loader.Traverse([]int{2, 3}, s.Get)
		})
		yields(t, c, pairOf[[]int, []int]{V1: []int{10, 20}, V2: []int{20, 30}})
		r.fetched(t, []int{1, 2}, []int{3})
	})
	t.Run("limits the batch size", func(t *testing.T) {
		var r recorder
		yields(t, loader.Traverse([]int{1, 2, 3}, r.source("s", loader.MaxBatchSize(2)).Get), []int{10, 20, 30})
		r.fetched(t, []int{1, 2}, []int{3})
	})
	t.Run("honours call order for fetches", func(t *testing.T) {
		var r recorder
		s := r.source("s")
		yields(t, loader.Traverse([]int{1, 2, 3}, s.Get), []int{10, 20, 30})
		yields(t, loader.Traverse([]int{1, 3, 2}, s.Get), []int{10, 30, 20})
		r.fetched(t, []int{1, 2, 3}, []int{1, 3, 2})
	})
}

// retryOnce is one retry for errState, none for anything else.
func retryOnce(err error) int {
	if errors.Is(err, errState) {
		return 1
	}
	return 0
}

func TestClumpFetcherRetries(t *testing.T) {
	// failing fails the first n calls with err.
	failing := func(r *recorder, n int, err error) *loader.Source[int, int] {
		return loader.NewSource("failing", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
			found, _ := r.fetch(ctx, keys)
			if len(r.got()) <= n {
				return nil, err
			}
			return found, nil
		}), loader.MaxRetries(retryOnce))
	}
	// failing2 fails the first n calls for key 2 alone.
	failing2 := func(r *recorder, n int) *loader.Source[int, int] {
		return loader.NewSource("failing", func(_ context.Context, keys []int) (map[int]loader.Result[int], error) {
			r.note(keys)
			found := map[int]loader.Result[int]{}
			for _, k := range keys {
				found[k] = loader.Result[int]{Value: 10 * k}
				if k == 2 && len(r.got()) <= n {
					found[k] = loader.Result[int]{Value: -1, Err: errState}
				}
			}
			return found, nil
		}, loader.MaxRetries(retryOnce))
	}
	t.Run("success (below the retries limit)", func(t *testing.T) {
		var r recorder
		yields(t, failing(&r, 1, errState).Get(1), 10)
		r.fetched(t, []int{1}, []int{1})
	})
	t.Run("failure (above the retries limit)", func(t *testing.T) {
		var r recorder
		fails(t, failing(&r, 2, errState).Get(1), errState)
		r.fetched(t, []int{1}, []int{1})
	})
	t.Run("failure of a kind that is not retried", func(t *testing.T) {
		var r recorder
		fails(t, failing(&r, 1, errPointer).Get(1), errPointer)
		r.fetched(t, []int{1})
	})
	t.Run("success for individual entities (below the retries limit)", func(t *testing.T) {
		var r recorder
		yields(t, failing2(&r, 1).GetAll([]int{1, 2}), []int{10, 20})
		r.fetched(t, []int{1, 2}, []int{2})
	})
	t.Run("success for individual entities (above the retries limit)", func(t *testing.T) {
		var r recorder
		fails(t, failing2(&r, 2).GetAll([]int{1, 2}), errState)
		r.fetched(t, []int{1, 2}, []int{2})
	})
	t.Run("a retry that fails as a whole leaves those alone that had succeeded", func(t *testing.T) {
		var r recorder
		s := loader.NewSource("s", func(_ context.Context, keys []int) (map[int]loader.Result[int], error) {
			r.note(keys)
			if len(keys) == 1 {
				return nil, errPointer
			}
			return map[int]loader.Result[int]{1: {Value: 10}, 2: {Err: errState}}, nil
		}, loader.MaxRetries(retryOnce))
		ctx := loader.WithScope(t.Context(), loader.NewScope())
		_, _, err := s.GetAll([]int{1, 2}).Get(ctx)
		if !errors.Is(err, errPointer) {
			t.Errorf("both: %v, want the error of the retry", err)
		}
		if v, err := s.Get(1).Require(ctx); v != 10 || err != nil {
			t.Errorf("key 1: %v, %v", v, err)
		}
		r.fetched(t, []int{1, 2}, []int{2})
	})
}

func TestClumpSource(t *testing.T) {
	t.Run("fetches an individual clump", func(t *testing.T) {
		var r recorder
		yields(t, r.source("s").Get(1), 10)
		r.fetched(t, []int{1})
	})
	t.Run("fetches multiple clumps/using list", func(t *testing.T) {
		var r recorder
		yields(t, r.source("s").GetAll([]int{1, 2, -3, 1}), []int{10, 20, 10})
		r.fetched(t, []int{1, 2, -3})
		yields(t, r.source("s").GetAll(nil), []int{})
	})
	t.Run("can be used as a non-singleton", func(t *testing.T) {
		for _, scope := range []int{0, 1} { // Clump: "without" and "with values from the outer scope"
			var r recorder
			s := loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
				if scope == 1 {
					r.note([]int{scope})
				}
				return r.fetch(ctx, keys)
			}))
			c := make([]loader.Clump[[]int], 5)
			for i := range c {
				c[i] = s.GetAll([]int{1})
			}
			yields(t, loader.Collect(c...), [][]int{{10}, {10}, {10}, {10}, {10}})
			if scope == 1 {
				r.fetched(t, []int{1}, []int{1})
			} else {
				r.fetched(t, []int{1})
			}
		}
	})
	t.Run("limits the batch size to 100 by default", func(t *testing.T) {
		var r recorder
		keys := make([]int, 250)
		for i := range keys {
			keys[i] = i
		}
		if _, _, err := r.source("s").GetAll(keys).Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.fetched(t, keys[:100], keys[100:200], keys[200:])
	})
	t.Run("a batch size below 1 is no limit", func(t *testing.T) {
		var r recorder
		keys := make([]int, 250)
		for i := range keys {
			keys[i] = i
		}
		if _, _, err := r.source("s", loader.MaxBatchSize(0)).GetAll(keys).Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.fetched(t, keys)
	})
}
