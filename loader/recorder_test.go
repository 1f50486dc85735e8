package loader_test

import (
	"context"
	"slices"
	"sync"

	"github.com/clumpql/clumpql/loader"
)

// recorder is a service that records the batches it was asked for, in the order in which they came.
type recorder struct {
	mu      sync.Mutex
	batches [][]int
}

func (r *recorder) note(keys []int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.batches = append(r.batches, slices.Clone(keys))
}

// got returns the batches, ordered by their first keys: those of one wave come in any order.
func (r *recorder) got() [][]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.batches)
}

// times10 is a source that has ten times k under every k.
func (r *recorder) times10(name string, opts ...loader.SourceOption) *loader.Source[int, int] {
	return loader.NewSource(name, loader.FromMap(func(_ context.Context, keys []int) (map[int]int, error) {
		r.note(keys)
		found := make(map[int]int, len(keys))
		for _, k := range keys {
			found[k] = 10 * k
		}
		return found, nil
	}), opts...)
}
