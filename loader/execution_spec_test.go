package loader_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

// The cases of Clump's ClumpExecutionSpec, under their names. Its for-comprehensions are written as
// the FlatMaps and Maps that they stand for.

type pairOf[A, B any] = loader.Tuple2[A, B]

// then is a for-comprehension of two generators that yields both.
func then[A, B any](a loader.Clump[A], b func(A) loader.Clump[B]) loader.Clump[pairOf[A, B]] {
	return loader.FlatMap(a, func(v A) loader.Clump[pairOf[A, B]] {
		return loader.Map(b(v), func(w B) pairOf[A, B] { return pairOf[A, B]{V1: v, V2: w} })
	})
}

func identity[T any](v T) T { return v }

func TestClumpExecutionBatches(t *testing.T) {
	type lists = pairOf[[]int, []int]
	cases := map[string]func(t *testing.T, s1, s2 *loader.Source[int, int]){
		"for multiple clumps created from traversed inputs": func(t *testing.T, s1, s2 *loader.Source[int, int]) {
			yields(t, loader.Traverse([]int{1, 2, 3, 4}, func(i int) loader.Clump[int] {
				if i <= 2 {
					return s1.Get(i)
				}
				return s2.Get(i)
			}), []int{10, 20, 30, 40})
		},
		"for multiple clumps collected into only one clump": func(t *testing.T, s1, s2 *loader.Source[int, int]) {
			yields(t, loader.Collect(s1.Get(1), s1.Get(2), s2.Get(3), s2.Get(4)), []int{10, 20, 30, 40})
		},
		"for comprehension/one level": func(t *testing.T, s1, s2 *loader.Source[int, int]) {
			yields(t, loader.Map(loader.Collect(s1.Get(1), s1.Get(2), s2.Get(3), s2.Get(4)), identity), []int{10, 20, 30, 40})
		},
		"for comprehension/two levels": func(t *testing.T, s1, s2 *loader.Source[int, int]) {
			yields(t, then(loader.Collect(s1.Get(1), s1.Get(2)), func([]int) loader.Clump[[]int] {
				return loader.Collect(s2.Get(3), s2.Get(4))
			}), lists{V1: []int{10, 20}, V2: []int{30, 40}})
		},
		"for comprehension/using a join": func(t *testing.T, s1, s2 *loader.Source[int, int]) {
			yields(t, then(loader.Collect(s1.Get(1), s1.Get(2)), func([]int) loader.Clump[pairOf[int, int]] {
				return loader.Join(s2.Get(3), s2.Get(4))
			}), pairOf[[]int, pairOf[int, int]]{V1: []int{10, 20}, V2: pairOf[int, int]{V1: 30, V2: 40}})
		},
	}
	for name, run := range cases {
		t.Run(name, func(t *testing.T) {
			var r1, r2 recorder
			run(t, r1.source("source1"), r2.source("source2"))
			r1.fetchedInOrder(t, []int{1, 2})
			r2.fetchedInOrder(t, []int{3, 4})
		})
	}
}

func TestClumpExecutionNestedFlatMaps(t *testing.T) {
	cases := map[string]func(loader.Clump[int]) loader.Clump[int]{
		"for clumps created inside nested flatmaps": identity[loader.Clump[int]],
		"for clumps created inside nested flatmaps at different levels of composition": func(c loader.Clump[int]) loader.Clump[int] {
			return loader.Map(c, identity)
		},
	}
	for name, wrap := range cases {
		t.Run(name, func(t *testing.T) {
			var r1, r2 recorder
			s1, s2 := r1.source("source1"), r2.source("source2")
			chain := func(i int) loader.Clump[int] {
				return loader.FlatMap(loader.FlatMap(loader.Value(i), s1.Get), s2.Get)
			}
			yields(t, loader.Collect(wrap(chain(1)), chain(2)), []int{100, 200})
			r1.fetchedInOrder(t, []int{1, 2})
			r2.fetchedInOrder(t, []int{10, 20})
		})
	}
	t.Run("a combinator in the middle of a chain splits nothing", func(t *testing.T) {
		// Clump flushes the whole of a deeper level first, and fetches here twice from source2.
		var r1, r2 recorder
		s1, s2 := r1.source("source1"), r2.source("source2")
		plain := loader.FlatMap(s1.Get(1), s2.Get)
		mapped := loader.FlatMap(loader.Map(loader.Map(s1.Get(2), identity), identity), s2.Get)
		filtered := loader.FlatMap(s1.Get(3).Filter(func(int) bool { return true }), s2.Get)
		optional := loader.FlatMap(loader.Optional(s1.Get(4)), func(o loader.Option[int]) loader.Clump[int] { return s2.Get(o.Value) })
		handled := loader.FlatMap(s1.Get(5).Fallback(0).OrDefault(0), s2.Get)
		yields(t, loader.Collect(plain, mapped, filtered, optional, handled), []int{100, 200, 300, 400, 500})
		r1.fetchedInOrder(t, []int{1, 2, 3, 4, 5})
		r2.fetchedInOrder(t, []int{10, 20, 30, 40, 50})
	})
}

func TestClumpExecutionForComprehension(t *testing.T) {
	var r1, r2 recorder
	s1, s2 := r1.source("source1"), r2.source("source2")
	t.Run("with a filter condition", func(t *testing.T) {
		c := then(loader.Collect(s1.Get(1), s1.Get(2)), func([]int) loader.Clump[int] {
			return s2.Get(3).Filter(func(i int) bool { return i != 999 })
		})
		yields(t, c, pairOf[[]int, int]{V1: []int{10, 20}, V2: 30})
		r1.fetchedInOrder(t, []int{1, 2})
		r2.fetchedInOrder(t, []int{3})
	})
	r1, r2 = recorder{}, recorder{}
	t.Run("using a future clump as base", func(t *testing.T) {
		one := loader.Future(func(context.Context) (int, error) { return 1, nil })
		c := loader.FlatMap(one, func(i int) loader.Clump[pairOf[[]int, []int]] {
			return then(loader.Collect(s1.Get(i)), func([]int) loader.Clump[[]int] { return loader.Collect(s2.Get(i)) })
		})
		yields(t, c, pairOf[[]int, []int]{V1: []int{10}, V2: []int{10}})
		r1.fetchedInOrder(t, []int{1})
		r2.fetchedInOrder(t, []int{1})
	})
	r1, r2 = recorder{}, recorder{}
	t.Run("complex scenario", func(t *testing.T) {
		yields(t, complexScenario(s1, s2), scenario{1, 2, []int{10, 20}, []int{10, 20}, pairOf[int, int]{V1: 4, V2: 5},
			pairOf[[]int, int]{V1: []int{100, 200}, V2: 50}})
		r1.fetchedInOrder(t, []int{1}, []int{10, 20})
		r2.fetchedInOrder(t, []int{2}, []int{5})
	})
}

// scenario is what the for-comprehension of "complex scenario" yields.
type scenario struct {
	Const1, Const2     int
	Collect1, Collect2 []int
	Join1              pairOf[int, int]
	Join2              pairOf[[]int, int]
}

func complexScenario(s1, s2 *loader.Source[int, int]) loader.Clump[scenario] {
	type clump = loader.Clump[scenario]
	return loader.FlatMap(loader.Value(1), func(const1 int) clump {
		return loader.FlatMap(loader.Value(2), func(const2 int) clump {
			both := loader.Collect(s1.Get(const1), s2.Get(const2))
			return loader.FlatMap(both, func(collect1 []int) clump {
				again := loader.Collect(s1.Get(const1), s2.Get(const2)).Filter(func([]int) bool { return true })
				return loader.FlatMap(again, func(collect2 []int) clump {
					return loader.FlatMap(loader.Join(loader.Value(4), loader.Value(5)), func(join1 pairOf[int, int]) clump {
						return loader.Map(loader.Join(s1.GetAll(collect1), s2.Get(join1.V2)), func(join2 pairOf[[]int, int]) scenario {
							return scenario{const1, const2, collect1, collect2, join1, join2}
						})
					})
				})
			})
		})
	})
}

// The three "executes ... joined clumps in parallel" cases: every fetch is under way before any
// returns.
func TestClumpExecutionParallel(t *testing.T) {
	cases := map[string]func(s func() *loader.Source[int, int]) loader.Clump[int]{
		"executes 2 joined clumps in parallel": func(s func() *loader.Source[int, int]) loader.Clump[int] {
			return loader.Map(loader.Join(s().Get(1), s().Get(2)), func(pairOf[int, int]) int { return 2 })
		},
		"executes 2 joined clumps in parallel at different levels of composition": func(s func() *loader.Source[int, int]) loader.Clump[int] {
			return loader.Map(loader.Join(s().Get(1), loader.Map(s().Get(2), identity)), func(pairOf[int, int]) int { return 2 })
		},
		"executes 3 joined clumps in parallel": func(s func() *loader.Source[int, int]) loader.Clump[int] {
			return loader.Map(loader.Join3(s().Get(1), s().Get(2), s().Get(3)), func(loader.Tuple3[int, int, int]) int { return 3 })
		},
	}
	for name, compose := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var r recorder
				release := make(chan struct{})
				c := compose(func() *loader.Source[int, int] {
					return loader.NewSource("held", loader.FromMap(func(ctx context.Context, keys []int) (map[int]int, error) {
						defer func() { <-release }()
						return r.fetch(ctx, keys)
					}))
				})
				done := make(chan int)
				go func() {
					n, err := c.Require(t.Context())
					if err != nil {
						t.Error(err)
					}
					done <- n
				}()
				synctest.Wait()
				underWay := len(r.got())
				close(release)
				if n := <-done; underWay != n {
					t.Errorf("%d fetches under way at once, want %d", underWay, n)
				}
			})
		})
	}
}

func TestClumpExecutionShortCircuits(t *testing.T) {
	t.Run("short-circuits the computation in case of a failure", func(t *testing.T) {
		fails(t, loader.Map(loader.Fail[int](errState), func(int) int { panic(errPointer) }), errState)
	})
}
