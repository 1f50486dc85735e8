package loader_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// The cases of Clump's SourcesSpec, under their names. Left out are the variants by collection type
// ("set input", "various input/output type fetch functions"): a Go fetch gets a list. The extra
// parameters of "one" to "four" are the fields of one struct here.

func zipStrings(_ context.Context, keys []int) ([]string, error) {
	values := make([]string, len(keys))
	for i, k := range keys {
		values[i] = strconv.Itoa(k)
	}
	return values, nil
}

func atoi(s string) int {
	i, _ := strconv.Atoi(s)
	return i
}

func inverse(_ context.Context, keys []int) (map[int]loader.Result[int], error) {
	found := make(map[int]loader.Result[int])
	for _, k := range keys {
		if k == 0 {
			found[k] = loader.Result[int]{Err: errState}
		} else {
			found[k] = loader.Result[int]{Value: 1 / k}
		}
	}
	return found, nil
}

func TestSourceShapes(t *testing.T) {
	t.Run("creates a clump source", func(t *testing.T) {
		s := loader.NewSource("s", loader.FromMap(func(_ context.Context, keys []int) (map[int]string, error) {
			found := make(map[int]string)
			for _, k := range keys {
				found[k] = strconv.Itoa(k)
			}
			return found, nil
		}))
		yields(t, s.Get(1), "1")
	})
	t.Run("creates a clump source with key function", func(t *testing.T) {
		reversed := func(ctx context.Context, keys []int) ([]string, error) {
			values, err := zipStrings(ctx, keys)
			values = append(values, "77") // not asked for
			for i := range len(values) / 2 {
				values[i], values[len(values)-1-i] = values[len(values)-1-i], values[i]
			}
			return values, err
		}
		yields(t, loader.NewSource("s", loader.FromList(reversed, atoi)).GetAll([]int{1, 2, 3}), []string{"1", "2", "3"})
	})
	t.Run("creates a clump source that allows marking individual entries as failed", func(t *testing.T) {
		s := loader.NewSource("s", inverse)
		yields(t, s.Get(1), 1)
		fails(t, s.Get(0), errState)
		yields(t, loader.Collect(s.Get(0).Fallback(-1), s.Get(1)), []int{-1, 1})
	})
	t.Run("creates a clump source with zip as the key function", func(t *testing.T) {
		s := loader.NewSource("s", loader.FromZip(zipStrings))
		yields(t, s.GetAll([]int{2, 1}), []string{"2", "1"})
	})
	t.Run("zip of another length fails the batch", func(t *testing.T) {
		for _, n := range []int{-1, 1} {
			s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []int) ([]int, error) {
				return make([]int, len(keys)+n), nil
			}))
			fails(t, s.Get(1), loader.ErrZipLength)
		}
	})
	t.Run("creates a clump source from a singly keyed fetch function", func(t *testing.T) {
		s := loader.NewSource("s", loader.FromSingle(func(_ context.Context, k int) ([]int, error) {
			return []int{k, k + 1, k + 2}, nil
		}))
		yields(t, s.Get(1), []int{1, 2, 3})
		yields(t, s.GetAll([]int{1, 2}), [][]int{{1, 2, 3}, {2, 3, 4}})
	})
	t.Run("function with failure", func(t *testing.T) {
		s := loader.NewSource("s", loader.FromSingle(func(_ context.Context, k int) (int, error) {
			switch {
			case k == 0:
				return 0, fmt.Errorf("key %d: %w", k, loader.ErrNotFound)
			case k%2 == 1:
				return 0, errState
			}
			return k / 2, nil
		}))
		yields(t, s.Get(2), 1)
		fails(t, s.Get(1), errState)
		undefined(t, s.Get(0))
		yields(t, loader.Collect(s.Get(1).Fallback(9), s.Get(0), s.Get(4)), []int{9, 2})
	})
	t.Run("an error of the service fails the batch", func(t *testing.T) {
		s := map[string]*loader.Source[int, int]{
			"map":  loader.NewSource("s", loader.FromMap(func(context.Context, []int) (map[int]int, error) { return map[int]int{1: 1}, errState })),
			"list": loader.NewSource("s", loader.FromList(func(context.Context, []int) ([]int, error) { return []int{1}, errState }, identity)),
			"zip":  loader.NewSource("s", loader.FromZip(func(context.Context, []int) ([]int, error) { return []int{1}, errState })),
			"try": loader.NewSource("s", func(context.Context, []int) (map[int]loader.Result[int], error) {
				return map[int]loader.Result[int]{1: {Value: 1}}, errState
			}),
		}
		for shape, source := range s {
			t.Run(shape, func(t *testing.T) { fails(t, source.Get(1), errState) })
		}
	})
}

func TestSourceExtraParams(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		var r recorder
		s := loader.NewParamSource("s", func(p int) loader.Fetch[int, int] {
			return loader.FromMap(func(_ context.Context, keys []int) (map[int]int, error) {
				r.note(append([]int{p}, keys...))
				found := make(map[int]int)
				for _, k := range keys {
					found[k] = k * p
				}
				return found, nil
			})
		})
		yields(t, loader.Collect(s.Get(2, 3), s.Get(3, 3), s.Get(2, 4), s.Get(3, 5), s.Get(2, 3)), []int{6, 9, 8, 15, 6})
		r.fetched(t, []int{2, 3, 4}, []int{3, 3, 5}) // one batch for each parameter
	})
	t.Run("four, zipped", func(t *testing.T) {
		type params struct {
			plus int
			a, b string
			flag bool
		}
		s := loader.NewParamSource("s", func(p params) loader.Fetch[int, string] {
			return loader.FromZip(func(_ context.Context, keys []int) ([]string, error) {
				values := make([]string, len(keys))
				for i, k := range keys {
					values[i] = fmt.Sprintf("%d%s%s-%v", k+p.plus, p.a, p.b, p.flag)
				}
				return values, nil
			})
		}, loader.MaxBatchSize(1))
		yields(t, loader.Collect(s.Get(params{1, "a", "b", true}, 2), s.Get(params{flag: false}, 2)), []string{"3ab-true", "2-false"})
	})
	t.Run("individual entries as failed", func(t *testing.T) {
		s := loader.NewParamSource("s", func(plus int) loader.Fetch[int, int] {
			return loader.FromSingle(func(_ context.Context, k int) (int, error) {
				if k+plus == 0 {
					return 0, errState
				}
				return 1 / (k + plus), nil
			})
		})
		yields(t, s.Get(1, 0), 1)
		fails(t, s.Get(1, -1), errState)
	})
	t.Run("a panic of bind fails the batch", func(t *testing.T) {
		s := loader.NewParamSource("s", func(int) loader.Fetch[int, int] { panic(errState) })
		var panicked *loader.PanicError
		if _, err := s.Get(1, 1).Require(t.Context()); !errors.As(err, &panicked) || !errors.Is(err, errState) {
			t.Errorf("got %v, want the panic", err)
		}
	})
}
