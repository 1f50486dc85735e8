package ledger

import (
	"context"
	"sync"
)

// maxGathered is the most users that one statement of a gather reads for.
const maxGathered = 1_000

// gather reads for many callers in one statement at a time: for all that came while the last one was under way. There is no timer. A
// statement begins after the calls that it answers, and has one key for each user.
type gather[K comparable, V any] struct {
	fetch func(ctx context.Context, keys []K) (map[K]V, error)
	user  func(K) int64
	turn  chan struct{} // holds a token while a statement is under way

	mu   sync.Mutex // guards open and what is in it; nothing that waits is called under it
	open []*gathering[K, V]
}

func newGather[K comparable, V any](fetch func(context.Context, []K) (map[K]V, error), user func(K) int64) *gather[K, V] {
	return &gather[K, V]{fetch: fetch, user: user, turn: make(chan struct{}, 1)}
}

// gathering is a statement that has not been sent yet. Once it is no longer open it belongs to the caller that sends it, until done.
type gathering[K comparable, V any] struct {
	keys map[int64]K // by user
	done chan struct{}

	values map[K]V // set before done is closed, as is err
	err    error
}

// read returns the value of k, as it is after the call, or the error of the statement. It returns ctx.Err() when ctx ends before, unless
// it is this call that sends the statement: others wait for that one.
func (g *gather[K, V]) read(ctx context.Context, k K) (V, error) {
	with, first := g.join(k)
	if first {
		g.send(context.WithoutCancel(ctx), with)
		return with.values[k], with.err
	}
	select {
	case <-with.done:
		return with.values[k], with.err
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
}

// join puts k into the first statement that takes it. Who is the first in one has to send it.
func (g *gather[K, V]) join(k K) (with *gathering[K, V], first bool) {
	user := g.user(k)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, with := range g.open {
		known, ok := with.keys[user]
		if ok && known == k {
			return with, false
		}
		if !ok && len(with.keys) < maxGathered {
			with.keys[user] = k
			return with, false
		}
	}
	with = &gathering[K, V]{keys: map[int64]K{user: k}, done: make(chan struct{})}
	g.open = append(g.open, with)
	return with, true
}

// send waits for its turn, closes the gathering and reads it.
func (g *gather[K, V]) send(ctx context.Context, with *gathering[K, V]) {
	g.turn <- struct{}{}
	defer func() { <-g.turn }()
	defer close(with.done)
	keys := g.take(with)
	ctx, cancel := context.WithTimeout(ctx, appendTimeout)
	defer cancel()
	with.values, with.err = g.fetch(ctx, keys)
}

func (g *gather[K, V]) take(with *gathering[K, V]) []K {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, open := range g.open {
		if open == with {
			g.open = append(g.open[:i], g.open[i+1:]...)
			break
		}
	}
	keys := make([]K, 0, len(with.keys))
	for _, k := range with.keys {
		keys = append(keys, k)
	}
	return keys
}
