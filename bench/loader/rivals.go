package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/vikstrous/dataloadgen"
)

// thunks are a rival's loader of one request: load registers a key and returns how to wait for its value.
type thunks interface {
	load(ctx context.Context, key int) func() (int, error)
}

// rival is a library whose loaders are made for each request.
type rival struct {
	backend
	name string
	make func(b *backend) thunks
}

type generated struct{ *dataloadgen.Loader[int, int] }

func (g generated) load(ctx context.Context, key int) func() (int, error) {
	return g.LoadThunk(ctx, key)
}

func newDataloadgen(window time.Duration) *rival {
	return &rival{name: "dataloadgen", make: func(b *backend) thunks {
		fetch := func(ctx context.Context, keys []int) ([]int, []error) { return b.fetch(ctx, keys), nil }
		return generated{dataloadgen.NewLoader(fetch, dataloadgen.WithWait(window), dataloadgen.WithBatchCapacity(batchSize))}
	}}
}

type gophers struct{ *dataloader.Loader[int, int] }

func (g gophers) load(ctx context.Context, key int) func() (int, error) { return g.Load(ctx, key) }

func newGraphGophers(window time.Duration) *rival {
	return &rival{name: "graph-gophers", make: func(b *backend) thunks {
		fetch := func(ctx context.Context, keys []int) []*dataloader.Result[int] {
			results := make([]*dataloader.Result[int], len(keys))
			for i, v := range b.fetch(ctx, keys) {
				results[i] = &dataloader.Result[int]{Data: v}
			}
			return results
		}
		return gophers{dataloader.NewBatchedLoader(fetch,
			dataloader.WithWait[int, int](window), dataloader.WithBatchCapacity[int, int](batchSize))}
	}}
}

func (r *rival) run(p pattern) {
	ctx := context.Background()
	users := r.make(&r.backend)
	switch p {
	case unique:
		demand(r.name, loadAll(ctx, users, upTo(uniqueKeys)), uniqueKeys)
	case tenAtOnce:
		var group sync.WaitGroup
		for range concurrent {
			group.Go(func() { demand(r.name, loadAll(ctx, users, upTo(concurrentKeys)), concurrentKeys) })
		}
		group.Wait()
	case cached:
		demand(r.name, loadAll(ctx, users, make([]int, cachedLoads)), cachedLoads)
	case composition:
		demand(r.name, compose(ctx, r.make(&r.backend), r.make(&r.backend), users), wantSum())
	}
}

// loadAll registers all keys before it waits for the first, as the libraries' own benchmarks do.
func loadAll(ctx context.Context, t thunks, keys []int) int {
	waits := make([]func() (int, error), len(keys))
	for i, key := range keys {
		waits[i] = t.load(ctx, key)
	}
	for _, wait := range waits {
		_, err := wait()
		must(err)
	}
	return len(waits)
}

// compose resolves as GraphQL servers do over these libraries: a goroutine for each element, blocking.
func compose(ctx context.Context, playlistLoader, tracks, users thunks) int {
	var sum atomic.Int64
	var group sync.WaitGroup
	for p := range playlists {
		group.Go(func() {
			p, err := playlistLoader.load(ctx, p)()
			must(err)
			for i := range tracksOfAPlaylist {
				group.Go(func() {
					track, err := tracks.load(ctx, trackOf(p, i))()
					must(err)
					creator, err := users.load(ctx, creatorOf(track))()
					must(err)
					sum.Add(int64(creator))
				})
			}
		})
	}
	group.Wait()
	return int(sum.Load())
}
