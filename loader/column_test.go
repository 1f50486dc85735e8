package loader_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

// TestThoseWhoWaitForTheSameKeysGoOnInTheOrderTheyAsked has lists and single keys wait for the same.
func TestThoseWhoWaitForTheSameKeysGoOnInTheOrderTheyAsked(t *testing.T) {
	var r recorder
	s := r.source("s")
	ctx := inScope(t)
	var order []string
	begun(t, ctx, 1, func(_ int, x *loader.Execution) {
		key := func(name string, k int) {
			loader.Start(x, s.Get(k), "", func(v int, _ bool, err error) {
				order = append(order, name)
				if v != 10*k || err != nil {
					t.Errorf("%s got %v, %v", name, v, err)
				}
			})
		}
		list := func(name string, keys ...int) {
			loader.Start(x, loader.Traverse(keys, s.Get), "", func(v []int, _ bool, err error) {
				order = append(order, name)
				for i, k := range keys {
					if err != nil || v[i] != 10*k {
						t.Errorf("%s got %v, %v", name, v, err)
					}
				}
			})
		}
		key("a", 1)
		list("b", 1, 2, 1, 3)
		key("c", 2)
		list("d", 3, 2, 2)
		list("e", 1)
		key("f", 3)
		key("g", 3)
	})
	if want := []string{"a", "e", "c", "b", "d", "f", "g"}; !slices.Equal(order, want) {
		t.Errorf("went on in the order %v, want %v", order, want)
	}
	r.fetched(t, []int{1, 2, 3})
}

// TestListsOfExecutionsThatEnd has lists of several executions wait for the same batch, of which the first and the last leave.
func TestListsOfExecutionsThatEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		land := make(chan struct{})
		s := loader.NewSource("s", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
			<-land
			return r.fetch(ctx, keys)
		}))
		scoped := inScope(t)
		var all sync.WaitGroup
		var leave []context.CancelFunc
		for i := range 4 {
			ctx, cancel := context.WithCancel(scoped)
			leave = append(leave, cancel)
			all.Go(func() {
				v, err := loader.List(ctx, loader.Traverse([]int{1, 2, 3}, s.Get))
				switch leaves := i == 0 || i == 3; {
				case leaves && !errors.Is(err, context.Canceled):
					t.Errorf("Get %d, which was cancelled, got %v", i, err)
				case !leaves && (err != nil || !slices.Equal(v, []int{10, 20, 30})):
					t.Errorf("Get %d got %v, %v", i, v, err)
				}
			})
			synctest.Wait()
		}
		leave[0]()
		leave[3]()
		synctest.Wait()
		close(land)
		all.Wait()
		leave[1]()
		leave[2]()
		r.fetched(t, []int{1, 2, 3})
	})
}

func TestListWithAPartThatPanicsAmongKeys(t *testing.T) {
	var r recorder
	s := r.source("s")
	ctx := inScope(t)
	c := loader.Traverse([]int{1, 2, 3, 4}, func(k int) loader.Clump[int] {
		if k == 3 {
			panic("three")
		}
		return s.Get(k)
	})
	var panicked *loader.PanicError
	if _, _, err := c.Get(ctx); !errors.As(err, &panicked) || panicked.Value != "three" {
		t.Errorf("got %v", err)
	}
	r.fetched(t, []int{1, 2, 4})
}

// TestListOfKeysThatCanNotBeHashed has one of them between others, and lists beside it.
func TestListOfKeysThatCanNotBeHashed(t *testing.T) {
	s := loader.NewSource("s", loader.FromZip(func(_ context.Context, keys []any) ([]any, error) { return keys, nil }))
	var panicked *loader.PanicError
	bad := s.GetAll([]any{1, []int{2}, 3})
	if _, _, err := bad.Get(inScope(t)); !errors.As(err, &panicked) {
		t.Errorf("got %v", err)
	}
	only := loader.Collect(s.Get([]int{4})).Handle(func(error) ([]any, bool) { return nil, true })
	both := loader.Join3(s.GetAll([]any{1, 5}), bad.Handle(func(error) ([]any, bool) { return nil, true }), loader.Join(s.GetAll([]any{3, 1}), only))
	v, err := both.Require(inScope(t))
	if err != nil || !slices.Equal(v.V1, []any{1, 5}) || v.V2 != nil || !slices.Equal(v.V3.V1, []any{3, 1}) || v.V3.V2 != nil {
		t.Errorf("got %v, %v", v, err)
	}
}

// TestListsAtRandom has executions that are under way at once ask for lists and single keys of few keys, in batches of all sizes;
// some leave before.
func TestListsAtRandom(t *testing.T) {
	const executions, rounds, keys = 5, 60, 12
	errOdd := errors.New("odd")
	for round := range rounds {
		random := rand.New(rand.NewPCG(uint64(round), 3))
		source := func() *loader.Source[int, int] {
			return loader.NewSource("s", func(_ context.Context, keys []int) (map[int]loader.Result[int], error) {
				found := make(map[int]loader.Result[int])
				for _, k := range keys {
					if k%5 == 3 {
						found[k] = loader.Result[int]{Err: errOdd}
					} else if k%5 != 4 {
						found[k] = loader.Result[int]{Value: 10 * k}
					}
				}
				return found, nil
			}, loader.MaxBatchSize(random.IntN(6)))
		}
		sources := []*loader.Source[int, int]{source(), source()}
		ctx := inScope(t, loader.WithPolicy(loader.Policy(round%2)))
		seeds := make([]uint64, executions)
		for i := range seeds {
			seeds[i] = random.Uint64()
		}
		begun(t, ctx, executions, func(i int, x *loader.Execution) {
			random := rand.New(rand.NewPCG(seeds[i], 4))
			for range 1 + random.IntN(8) {
				asked := make([]int, random.IntN(2*keys))
				clumps := make([]loader.Clump[int], len(asked))
				var want []int
				var fails bool
				for j := range asked {
					asked[j] = random.IntN(keys)
					clumps[j] = sources[random.IntN(1+round%3/2)].Get(asked[j])
					switch asked[j] % 5 {
					case 3:
						fails = true
					case 4:
					default:
						want = append(want, 10*asked[j])
					}
				}
				ends := random.IntN(20) == 0
				loader.Start(x, loader.Collect(clumps...), "", func(v []int, defined bool, err error) {
					if fails != errors.Is(err, errOdd) || defined == fails || !fails && !slices.Equal(v, want) {
						t.Errorf("round %d: %v gave %v, %v, %v", round, asked, v, defined, err)
					}
					if ends {
						x.End()
					}
				})
				if len(asked) > 0 {
					k := asked[0]
					loader.Start(x, sources[0].Get(k), "", func(v int, defined bool, err error) {
						if (k%5 == 3) != (err != nil) || defined != (k%5 < 3) || defined && v != 10*k {
							t.Error(fmt.Sprintf("round %d: key %d gave", round, k), v, defined, err)
						}
					})
				}
			}
		})
	}
}
