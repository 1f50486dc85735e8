package loader_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
)

type trackID int16

// keysArrive gets each key of a source that answers with the keys themselves.
func keysArrive[K comparable](t *testing.T, keys ...K) {
	t.Helper()
	s := loader.NewSource("same", loader.FromZip(func(_ context.Context, keys []K) ([]K, error) { return slices.Clone(keys), nil }))
	for _, c := range []loader.Clump[[]K]{loader.Traverse(keys, s.Get), s.GetAll(keys)} {
		if got, err := loader.List(t.Context(), c); !slices.Equal(got, keys) || err != nil {
			t.Errorf("%T: got %v, %v, want %v", s, got, err, keys)
		}
	}
}

func TestKeysOfAllKinds(t *testing.T) {
	keysArrive(t, 0, -1, math.MaxInt, math.MinInt)
	keysArrive[int8](t, 0, -1, math.MaxInt8, math.MinInt8)
	keysArrive[trackID](t, 0, -1, math.MaxInt16, math.MinInt16)
	keysArrive[int32](t, 0, -1, math.MaxInt32, math.MinInt32)
	keysArrive[uint64](t, 0, math.MaxUint64)
	keysArrive[uintptr](t, 0, math.MaxUint32)
	keysArrive[float32](t, 0, -1.5, math.MaxFloat32)
	keysArrive(t, 0, -1.5, math.Inf(1))
	keysArrive(t, false, true)
	keysArrive(t, 1i, 2)
	keysArrive(t, "", "a", "b")
	keysArrive(t, [2]string{"a", "b"}, [2]string{"b", "a"})
	keysArrive(t, struct{ A, B int }{1, 2}, struct{ A, B int }{2, 1})
	keysArrive[any](t, 1, "1", nil)
	keysArrive(t, new(int), new(int), nil)
}

// TestGetAllocatesNothing is about keys that fit into the clump itself.
func TestGetAllocatesNothing(t *testing.T) {
	s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []trackID) ([]trackID, error) { return keys, nil }))
	var c loader.Clump[trackID]
	if n := testing.AllocsPerRun(100, func() { c = s.Get(7) }); n != 0 {
		t.Errorf("%v allocations a Get", n)
	}
	yields(t, c, 7)
}

// TestDecoratedFetch wraps what the From functions return: the map that a Fetch returns must be
// there, and what the wrapper makes of it must count.
func TestDecoratedFetch(t *testing.T) {
	values := func(_ context.Context, keys []int) ([]int, error) { return slices.Clone(keys), nil }
	byKey := func(_ context.Context, keys []int) (map[int]int, error) {
		found := make(map[int]int)
		for _, k := range keys {
			found[k] = k
		}
		return found, nil
	}
	fetches := map[string]loader.Fetch[int, int]{
		"FromMap":    loader.FromMap(byKey),
		"FromList":   loader.FromList(values, func(v int) int { return v }),
		"FromZip":    loader.FromZip(values),
		"FromSingle": loader.FromSingle(func(_ context.Context, k int) (int, error) { return k, nil }),
	}
	for name, fetch := range fetches {
		t.Run(name, func(t *testing.T) {
			adding := func(ctx context.Context, keys []int) (map[int]loader.Result[int], error) {
				found, err := fetch(ctx, keys)
				if len(found) != len(keys) {
					t.Errorf("the wrapper sees %v for %v", found, keys)
				}
				for k, r := range found {
					found[k] = loader.Result[int]{Value: r.Value + 100}
				}
				delete(found, 2)
				return found, err
			}
			yields(t, loader.NewSource("plain", fetch).GetAll([]int{1, 2, 3}), []int{1, 2, 3})
			yields(t, loader.NewSource("wrapped", adding).GetAll([]int{1, 2, 3}), []int{101, 103})
			param := loader.NewParamSource("bound", func(p int) loader.Fetch[int, int] {
				if p == 0 {
					return fetch
				}
				return adding
			})
			yields(t, param.Get(0, 1), 1)
			yields(t, param.Get(1, 1), 101)
			undefined(t, param.Get(1, 2))
		})
	}
}

// TestManySourcesTakingTurns has each key ask another source: each is still sent one batch, in the
// order it was asked in.
func TestManySourcesTakingTurns(t *testing.T) {
	const sources, keys = 30, 50
	recorders := make([]recorder, sources)
	var gets []loader.Clump[int]
	var want []int
	firstKeys := make([]int, keys)
	for k := range firstKeys {
		firstKeys[k] = k
	}
	asked := make([]*loader.Source[int, int], sources)
	for i := range asked {
		asked[i] = recorders[i].source("turns", loader.MaxBatchSize(0))
	}
	for k := range keys {
		for _, s := range asked {
			gets = append(gets, s.Get(k))
			want = append(want, 10*k)
		}
	}
	yields(t, loader.Collect(gets...), want)
	for i := range recorders {
		if got := recorders[i].got(); len(got) != 1 || !slices.Equal(got[0], firstKeys) {
			t.Errorf("source %d was sent %v", i, got)
		}
	}
}

// TestKeysMayBeKept has a fetch keep the keys of its first attempt. The second is for one of them.
func TestKeysMayBeKept(t *testing.T) {
	var kept [][]int
	s := loader.NewSource("s", func(_ context.Context, keys []int) (map[int]loader.Result[int], error) {
		kept = append(kept, keys)
		found := map[int]loader.Result[int]{1: {Value: 1}, 2: {Value: 2}}
		if len(kept) == 1 {
			found[2] = loader.Result[int]{Err: errState}
		}
		return found, nil
	}, loader.MaxRetries(func(error) int { return 1 }), loader.Backoff(0, 0))
	yields(t, s.GetAll([]int{1, 2}), []int{1, 2})
	if diff := cmp.Diff([][]int{{1, 2}, {2}}, kept); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}
