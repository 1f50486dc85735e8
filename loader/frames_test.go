package loader_test

import (
	"testing"

	"github.com/clumpql/clumpql/loader"
)

// TestFlatMapsUseTheFramesOfThoseBefore counts, for each of a list, the FlatMap itself and nothing that it needs to run. The race
// detector has pools lose some of what is in them.
func TestFlatMapsUseTheFramesOfThoseBefore(t *testing.T) {
	const n = 100
	s := tenantSource()
	follow := func(v int) loader.Clump[int] { return loader.Value(v) }
	each := func(k int) loader.Clump[int] { return loader.FlatMap(s.Get(k), follow) }
	keys := upTo(n)
	allocations := testing.AllocsPerRun(100, func() {
		scope := loader.NewScope()
		defer scope.Close()
		ctx := forTenant(loader.WithScope(t.Context(), scope), 0)
		if v, err := loader.List(ctx, loader.Traverse(keys, each)); len(v) != n || err != nil {
			t.Fatal(v, err)
		}
	})
	if allocations > 2.9*n { // two are those of the clumps that each and follow make
		t.Errorf("%v allocations for %d FlatMaps", allocations, n)
	}
}
