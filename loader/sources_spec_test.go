package loader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/clumpql/clumpql/loader"
)

// The cases of Clump's SourcesSpec, under their names. Left out are the variants by collection type
// ("set input", "various input/output type fetch functions"): a Go fetch gets a list. The extra
// parameters of "one" to "four" are the fields of one struct here, and of a list among them an array.

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

// params are the extra parameters of a case; those that it does not have are zero.
type params struct {
	Number int
	Text   string
	List   [2]string
	Flag   bool
}

// paramAnswer is what the parameterized services have under a key.
type paramAnswer struct {
	Params params
	Key    int
}

// asked is a call of a parameterized service.
type asked struct {
	Params params
	Keys   []int
}

// paramService records the calls of a parameterized service.
type paramService struct {
	mu    sync.Mutex
	calls []asked
}

func (s *paramService) list(p params, keys []int) []paramAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, asked{p, keys})
	answers := make([]paramAnswer, len(keys))
	for i, k := range keys {
		answers[i] = paramAnswer{p, k}
	}
	return answers
}

// called fails the test unless these were the calls; those of one wave come in any order.
func (s *paramService) called(t *testing.T, want ...asked) {
	t.Helper()
	byText := cmpopts.SortSlices(func(a, b asked) bool { return fmt.Sprint(a) < fmt.Sprint(b) })
	if diff := cmp.Diff(want, s.calls, byText); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

var paramShapes = map[string]func(s *paramService, p params) loader.Fetch[int, paramAnswer]{
	"creates a clump source": func(s *paramService, p params) loader.Fetch[int, paramAnswer] {
		return loader.FromMap(func(_ context.Context, keys []int) (map[int]paramAnswer, error) {
			found := make(map[int]paramAnswer)
			for _, a := range s.list(p, keys) {
				found[a.Key] = a
			}
			return found, nil
		})
	},
	"creates a clump source with key function": func(s *paramService, p params) loader.Fetch[int, paramAnswer] {
		return loader.FromList(func(_ context.Context, keys []int) ([]paramAnswer, error) {
			found := s.list(p, keys)
			slices.Reverse(found)
			return found, nil
		}, func(a paramAnswer) int { return a.Key })
	},
	"creates a clump source that allows marking individual entries as failed": func(s *paramService, p params) loader.Fetch[int, paramAnswer] {
		return func(_ context.Context, keys []int) (map[int]loader.Result[paramAnswer], error) {
			found := make(map[int]loader.Result[paramAnswer])
			for _, a := range s.list(p, keys) {
				found[a.Key] = loader.Result[paramAnswer]{Value: a}
			}
			return found, nil
		}
	},
	"creates a clump source with zip as the key function": func(s *paramService, p params) loader.Fetch[int, paramAnswer] {
		return loader.FromZip(func(_ context.Context, keys []int) ([]paramAnswer, error) { return s.list(p, keys), nil })
	},
	"creates a clump source from a singly keyed fetch function": func(s *paramService, p params) loader.Fetch[int, paramAnswer] {
		return loader.FromSingle(func(_ context.Context, k int) (paramAnswer, error) { return s.list(p, []int{k})[0], nil })
	},
}

// The two parameters of a case differ in the last one that it has: each of them tells batches apart.
func TestSourceExtraParams(t *testing.T) {
	one, two := params{Number: 1}, params{Number: 1, Text: "2"}
	three := params{Number: 1, Text: "2", List: [2]string{"a"}}
	four := params{Number: 1, Text: "2", List: [2]string{"a"}, Flag: true}
	for shape, bind := range paramShapes {
		for name, of := range map[string]struct{ p, q params }{
			"one":   {one, params{Number: 2}},
			"two":   {two, params{Number: 1, Text: "3"}},
			"three": {three, params{Number: 1, Text: "2", List: [2]string{"a", "b"}}},
			"four":  {four, three},
		} {
			t.Run(shape+"/extra params/"+name, func(t *testing.T) {
				var calls paramService
				s := loader.NewParamSource("s", func(p params) loader.Fetch[int, paramAnswer] { return bind(&calls, p) })
				yields(t, loader.Collect(s.Get(of.p, 3), s.Get(of.q, 3), s.Get(of.p, 4), s.Get(of.q, 5), s.Get(of.p, 3)),
					[]paramAnswer{{of.p, 3}, {of.q, 3}, {of.p, 4}, {of.q, 5}, {of.p, 3}})
				if shape == "creates a clump source from a singly keyed fetch function" {
					calls.called(t, asked{of.p, []int{3}}, asked{of.p, []int{4}}, asked{of.q, []int{3}}, asked{of.q, []int{5}})
					return
				}
				calls.called(t, asked{of.p, []int{3, 4}}, asked{of.q, []int{3, 5}})
			})
		}
	}
	t.Run("options hold for each parameter", func(t *testing.T) {
		var calls paramService
		bind := paramShapes["creates a clump source"]
		s := loader.NewParamSource("s", func(p params) loader.Fetch[int, paramAnswer] { return bind(&calls, p) }, loader.MaxBatchSize(1))
		yields(t, loader.Collect(s.Get(one, 3), s.Get(two, 3), s.Get(one, 4)), []paramAnswer{{one, 3}, {two, 3}, {one, 4}})
		calls.called(t, asked{one, []int{3}}, asked{one, []int{4}}, asked{two, []int{3}})
	})
	t.Run("a panic of bind fails the batch", func(t *testing.T) {
		s := loader.NewParamSource("s", func(int) loader.Fetch[int, int] { panic(errState) })
		var panicked *loader.PanicError
		if _, err := s.Get(1, 1).Require(t.Context()); !errors.As(err, &panicked) || !errors.Is(err, errState) {
			t.Errorf("got %v, want the panic", err)
		}
	})
}

// A key fails under the parameters that make a zero of it, by which its reciprocal divides.
func TestSourceExtraParamsOfFailedEntries(t *testing.T) {
	for name, p := range map[string][4]int{
		"one": {-1}, "two": {1, -2}, "three": {1, 1, -3}, "four": {1, 1, 1, -4},
	} {
		t.Run(name, func(t *testing.T) {
			var r recorder
			s := loader.NewParamSource("s", func(plus [4]int) loader.Fetch[int, int] {
				return func(ctx context.Context, keys []int) (map[int]loader.Result[int], error) {
					r.note(append(plus[:], keys...))
					sum := plus[0] + plus[1] + plus[2] + plus[3]
					sums := make([]int, len(keys))
					for i, k := range keys {
						sums[i] = k + sum
					}
					bySum, err := inverse(ctx, sums)
					found := make(map[int]loader.Result[int])
					for _, k := range keys {
						found[k] = bySum[k+sum]
					}
					return found, err
				}
			})
			yields(t, s.Get([4]int{}, 1), 1)
			fails(t, s.Get(p, 1), errState)
			yields(t, loader.Collect(s.Get(p, 1).Fallback(9), s.Get(p, 2), s.Get([4]int{}, 1)), []int{9, 1, 1})
			alone, both, none := append(p[:], 1), append(p[:], 1, 2), []int{0, 0, 0, 0, 1}
			r.fetched(t, none, alone, both, none)
		})
	}
	t.Run("of a single fetch", func(t *testing.T) {
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
}
