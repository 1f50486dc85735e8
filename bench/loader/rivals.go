package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graph-gophers/dataloader/v7"
	"github.com/vikstrous/dataloadgen"
)

// thunks are a rival's loader of one request: load registers a key and returns how to wait for its value.
type thunks interface {
	load(ctx context.Context, key int) func() (int, error)
	loadAll(ctx context.Context, keys []int) []int
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

func (g generated) loadAll(ctx context.Context, keys []int) []int {
	values, err := g.LoadAll(ctx, keys)
	must(err)
	return values
}

func newDataloadgen(window time.Duration) *rival {
	return &rival{name: "dataloadgen", make: func(b *backend) thunks {
		fetch := func(ctx context.Context, keys []int) ([]int, []error) { return b.fetch(ctx, keys), nil }
		return generated{dataloadgen.NewLoader(fetch, dataloadgen.WithWait(window), dataloadgen.WithBatchCapacity(batchSize))}
	}}
}

type gophers struct{ *dataloader.Loader[int, int] }

func (g gophers) load(ctx context.Context, key int) func() (int, error) { return g.Load(ctx, key) }

func (g gophers) loadAll(ctx context.Context, keys []int) []int {
	values, errs := g.LoadMany(ctx, keys)()
	must(errors.Join(errs...))
	return values
}

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
		demand(r.name, loadEach(ctx, users, manyKeys[:uniqueKeys]), sumTo(uniqueKeys))
	case tenAtOnce:
		atOnce(func(i int) {
			sum := 0
			for range concurrentLoads {
				v, err := users.load(ctx, i)()
				must(err)
				sum += v
			}
			demand(r.name, sum, concurrentLoads*i)
		})
	case cached:
		demand(r.name, loadEach(ctx, users, sameKey), 0)
	case oneRequest:
		demand(r.name, sumOf(users.loadAll(ctx, manyKeys)), sumTo(oneRequestKeys))
	case list:
		demand(r.name, loadEach(ctx, users, manyKeys[:listKeys]), sumTo(listKeys))
	case tenLists:
		atOnce(func(int) { demand(r.name, loadEach(ctx, users, manyKeys[:listKeys]), sumTo(listKeys)) })
	case composition:
		demand(r.name, compose(ctx, r.make(&r.backend), r.make(&r.backend), users), wantSum())
	}
}

// loadEach registers all keys before it waits for the first, as the libraries' own benchmarks do.
func loadEach(ctx context.Context, t thunks, keys []int) (sum int) {
	waits := make([]func() (int, error), len(keys))
	for i, key := range keys {
		waits[i] = t.load(ctx, key)
	}
	for _, wait := range waits {
		v, err := wait()
		must(err)
		sum += v
	}
	return sum
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
