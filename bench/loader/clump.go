package main

import (
	"context"

	"github.com/clumpql/clumpql/loader"
)

// clumps are the sources of package loader. They live as long as the program; a request makes a Scope, and closes it.
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
	scope := loader.NewScope()
	defer scope.Close()
	ctx := loader.WithScope(context.Background(), scope)
	switch p {
	case unique:
		demand("clump", c.each(ctx, manyKeys[:uniqueKeys]), sumTo(uniqueKeys))
	case tenAtOnce:
		atOnce(func(i int) {
			sum := 0
			for range concurrentLoads {
				v, err := c.users.Get(i).Require(ctx)
				must(err)
				sum += v
			}
			demand("clump", sum, concurrentLoads*i)
		})
	case cached:
		demand("clump", c.each(ctx, sameKey), 0)
	case oneRequest:
		values, err := loader.List(ctx, c.users.GetAll(manyKeys))
		must(err)
		demand("clump", sumOf(values), sumTo(oneRequestKeys))
	case list:
		demand("clump", c.each(ctx, manyKeys[:listKeys]), sumTo(listKeys))
	case tenLists:
		atOnce(func(int) { demand("clump", c.each(ctx, manyKeys[:listKeys]), sumTo(listKeys)) })
	case composition:
		demand("clump", c.compose(ctx), wantSum())
	}
}

// each asks for the keys one by one, as the rivals' loads do.
func (c *clumps) each(ctx context.Context, keys []int) int {
	values, err := loader.List(ctx, loader.Traverse(keys, c.users.Get))
	must(err)
	return sumOf(values)
}

func (c *clumps) compose(ctx context.Context) (sum int) {
	creatorOf := func(t int) loader.Clump[int] { return c.users.Get(creatorOf(t)) }
	creator := func(track int) loader.Clump[int] { return loader.FlatMap(c.tracks.Get(track), creatorOf) }
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

func must(err error) {
	if err != nil {
		panic(err)
	}
}
