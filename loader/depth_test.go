package loader_test

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/clumpql/clumpql/loader"
)

const deep = 1_000_000

// chains are compositions of n links, each built another way.
var chains = map[string]func(n int) loader.Clump[int]{
	"FlatMap nested to the left": func(n int) loader.Clump[int] {
		c := loader.Value(0)
		for range n {
			c = loader.FlatMap(c, plusOne)
		}
		return c
	},
	"FlatMap nested to the right": func(n int) loader.Clump[int] {
		var next func(int) loader.Clump[int]
		next = func(i int) loader.Clump[int] {
			if i == n {
				return loader.Value(i)
			}
			return loader.FlatMap(loader.Value(i+1), next)
		}
		return next(0)
	},
	"FlatMap nested to the right over nested Maps": func(n int) loader.Clump[int] {
		c := loader.Value(0)
		for range n {
			inner := c
			c = loader.FlatMap(loader.Value(1), func(one int) loader.Clump[int] {
				return loader.Map(inner, func(i int) int { return i + one })
			})
		}
		return c
	},
	"Map": func(n int) loader.Clump[int] {
		c := loader.Value(0)
		for range n {
			c = loader.Map(c, func(i int) int { return i + 1 })
		}
		return c
	},
	"Join": func(n int) loader.Clump[int] {
		c, one := loader.Value(0), loader.Value(1)
		for range n {
			c = loader.Map(loader.Join(one, c), func(p loader.Tuple2[int, int]) int { return p.V1 + p.V2 })
		}
		return c
	},
	"Collect": func(n int) loader.Clump[int] {
		c, one := loader.Value(0), loader.Value(1)
		for range n {
			c = loader.Map(loader.Collect(c, one), func(l []int) int { return l[0] + l[1] })
		}
		return c
	},
	"OrElse and Rescue": func(n int) loader.Clump[int] {
		c := loader.Value(n)
		for range n {
			c = loader.Empty[int]().OrElse(loader.Fail[int](errState).FallbackTo(c))
		}
		return c
	},
}

func TestDepthCostsNoStack(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(256 << 10)) // a recursion over the links dies here
	for name, chain := range chains {
		t.Run(name, func(t *testing.T) {
			n := deep
			if name != "Map" && name != "FlatMap nested to the left" && name != "FlatMap nested to the right" {
				n /= 20
			}
			yields(t, chain(n), n)
		})
	}
}

// What is allocated is what is built and copied: quadratic work of any kind would show in it, and
// on a busy machine it tells more than the clock. (A million links in quadratic time would not
// end.)
func TestDepthCostsLinearly(t *testing.T) {
	allocated := func(n int, chain func(int) loader.Clump[int]) uint64 {
		c := chain(n)
		for range 2 { // empties the pools: what the run before has left would count for the shorter chain above all
			runtime.GC()
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		yields(t, c, n)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	for name, chain := range chains {
		t.Run(name, func(t *testing.T) {
			small, large := allocated(2_000, chain), allocated(40_000, chain)
			// 20 times as much when linear, 400 times when quadratic.
			if large > 60*small {
				t.Errorf("20 times the depth allocated %d times as much", large/small)
			}
		})
	}
}
