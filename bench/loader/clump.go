package main

import (
	"context"
	"sync"

	"github.com/clumpql/clumpql/loader"
)

// clumps are the sources of package loader. They live as long as the program; a request makes a Scope.
type clumps struct {
	backend
	playlists, tracks, users *loader.Source[int, int]
}

func newClumps() *clumps {
	c := &clumps{}
	fetch := loader.FromZip(func(ctx context.Context, keys []int) ([]int, error) { return c.fetch(ctx, keys), nil })
	c.playlists = loader.NewSource("playlists", fetch, loader.MaxBatchSize(batchSize))
	c.tracks = loader.NewSource("tracks", fetch, loader.MaxBatchSize(batchSize))
	c.users = loader.NewSource("users", fetch, loader.MaxBatchSize(batchSize))
	return c
}

func (c *clumps) run(p pattern) {
	ctx := loader.WithScope(context.Background(), loader.NewScope())
	switch p {
	case unique:
		demand("clump", len(c.all(ctx, uniqueKeys)), uniqueKeys)
	case tenAtOnce:
		var group sync.WaitGroup
		for range concurrent {
			group.Go(func() { demand("clump", len(c.all(ctx, concurrentKeys)), concurrentKeys) })
		}
		group.Wait()
	case cached:
		same := make([]int, cachedLoads)
		values, err := loader.List(ctx, loader.Traverse(same, c.users.Get))
		must(err)
		demand("clump", len(values), cachedLoads)
	case composition:
		demand("clump", c.compose(ctx), wantSum())
	}
}

func (c *clumps) all(ctx context.Context, n int) []int {
	values, err := loader.List(ctx, loader.Traverse(upTo(n), c.users.Get))
	must(err)
	return values
}

func (c *clumps) compose(ctx context.Context) (sum int) {
	creator := func(track int) loader.Clump[int] {
		return loader.FlatMap(c.tracks.Get(track), func(t int) loader.Clump[int] { return c.users.Get(creatorOf(t)) })
	}
	all := loader.Traverse(upTo(playlists), func(p int) loader.Clump[[]int] {
		return loader.FlatMap(c.playlists.Get(p), func(p int) loader.Clump[[]int] {
			return loader.Traverse(upTo(tracksOfAPlaylist), func(i int) loader.Clump[int] { return creator(trackOf(p, i)) })
		})
	})
	creators, err := loader.List(ctx, all)
	must(err)
	for _, of := range creators {
		for _, c := range of {
			sum += c
		}
	}
	return sum
}

func upTo(n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = i
	}
	return keys
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
