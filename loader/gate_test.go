package loader_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/clumpql/clumpql/loader"
)

// gate is a service whose fetches stay under way until they are let through. For use within a
// synctest bubble, where waiting until nothing can go on is possible.
type gate struct {
	recorder
	through chan error // an element lets one fetch return, with that error
	ended   int        // fetches whose context ended first, guarded by the recorder's mutex
}

func newGate() *gate { return &gate{through: make(chan error)} }

func (g *gate) fetch(ctx context.Context, keys []int) (map[int]int, error) {
	found, _ := g.recorder.fetch(ctx, keys)
	select {
	case err := <-g.through:
		return found, err
	case <-ctx.Done():
		g.mu.Lock()
		g.ended++
		g.mu.Unlock()
		return nil, ctx.Err()
	}
}

func (g *gate) source(name string, opts ...loader.SourceOption) *loader.Source[int, int] {
	return loader.NewSource(name, loader.FromMap(g.fetch), opts...)
}

func (g *gate) endedFetches() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ended
}

// open lets one fetch return, and waits until nothing can go on.
func (g *gate) open(err error) {
	g.through <- err
	synctest.Wait()
}

// answer is what a Get gave.
type answer[T any] struct {
	value   T
	defined bool
	err     error
}

// getting runs Get on a goroutine of its own and waits until nothing can go on.
func getting[T any](ctx context.Context, c loader.Clump[T]) <-chan answer[T] {
	answers := make(chan answer[T], 1)
	go func() {
		v, defined, err := c.Get(ctx)
		answers <- answer[T]{v, defined, err}
	}()
	synctest.Wait()
	return answers
}

// settled returns the answer that must be there by now.
func settled[T any](t *testing.T, answers <-chan answer[T]) answer[T] {
	t.Helper()
	select {
	case a := <-answers:
		return a
	default:
		t.Fatal("the execution has not come to an end")
		return answer[T]{}
	}
}

func open[T any](t *testing.T, answers <-chan answer[T]) {
	t.Helper()
	select {
	case a := <-answers:
		t.Fatalf("the execution has ended with %+v, want it to wait", a)
	default:
	}
}
