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

func (r *recorder) got() [][]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.batches)
}

// sorted orders batches by their keys; the keys within a batch stay in the order they came in.
func sorted(batches [][]int) [][]int {
	batches = slices.Clone(batches)
	slices.SortFunc(batches, slices.Compare)
	return batches
}

// fetch records the keys and answers each with ten times itself, but nothing under negative ones.
func (r *recorder) fetch(_ context.Context, keys []int) (map[int]int, error) {
	r.note(keys)
	found := make(map[int]int, len(keys))
	for _, k := range keys {
		if k >= 0 {
			found[k] = 10 * k
		}
	}
	return found, nil
}

func (r *recorder) source(name string, opts ...loader.SourceOption) *loader.Source[int, int] {
	return loader.NewSource(name, loader.FromMap(r.fetch), opts...)
}
