package oracle

import (
	"context"
	"errors"
)

// Streams resolves the subscriptions of both executors: their resolvers are the same.
type Streams struct{}

// streamed is a channel that has an event for each number.
func streamed[T any](numbers []int, event func(int) T) (<-chan T, error) {
	if len(numbers) == 0 {
		return nil, errors.New("nothing to stream")
	}
	if numbers[0] < 0 {
		panic("negative")
	}
	events := make(chan T, len(numbers))
	for _, n := range numbers {
		events <- event(n)
	}
	close(events)
	return events, nil
}

func (Streams) Number(_ context.Context, ids []int, odd *Odd) (<-chan int, error) {
	return streamed(ids, func(n int) int { return n * int(*odd) })
}

func (Streams) Node(_ context.Context, ids []int) (<-chan *Node, error) {
	return streamed(ids, func(n int) *Node { return FindAll([]int{n})[0] })
}

func (s Streams) StrictNode(ctx context.Context, ids []int) (<-chan *Node, error) {
	return s.Node(ctx, ids)
}

func (Streams) Nodes(_ context.Context, ids []int, times int) (<-chan []*Node, error) {
	return streamed(ids, func(n int) []*Node {
		if n%5 == 4 {
			return nil
		}
		return Grid(times, n)[0]
	})
}

func (Streams) Named(_ context.Context, ids []int) (<-chan Named, error) {
	return streamed(ids, func(n int) Named { return FindAllNamed([]int{n})[0] })
}

func (s Streams) StrictNamed(ctx context.Context, ids []int) (<-chan Named, error) {
	return s.Named(ctx, ids)
}

func (Streams) Items(_ context.Context, ids []int) (<-chan []Item, error) {
	return streamed(ids, func(n int) []Item {
		if n == 0 {
			return nil
		}
		return Items([]int{n, n + 1})
	})
}

func (Streams) Any(_ context.Context, ids []int) (<-chan any, error) {
	return streamed(ids, func(n int) any { return map[string]any{"n": n, "list": []any{nil, "a b", n}} })
}

func (Streams) Silent(context.Context) (<-chan *int, error) { return nil, nil }
