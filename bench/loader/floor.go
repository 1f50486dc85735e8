package main

import (
	"context"
	"sync"
)

// floor is no library: it is what any cache by key must do at least to answer, in a plain map of its own for each request. It
// knows each pattern and what is coming, fetches on the goroutine that asks, and can neither end early, nor fail, nor share what
// is on its way. What a library's time has above its is what can be saved at all.
type floor struct{ backend }

// cache is the map of a request.
type cache struct {
	*backend
	mu    sync.Mutex
	known map[int]int
}

func (f *floor) cache(keys int) *cache {
	return &cache{backend: &f.backend, known: make(map[int]int, keys)}
}

func (f *floor) run(p pattern) {
	ctx := context.Background()
	switch p {
	case unique:
		demand("floor", sumOf(f.cache(uniqueKeys).all(ctx, manyKeys[:uniqueKeys])), sumTo(uniqueKeys))
	case tenAtOnce:
		users := f.cache(concurrent)
		users.all(ctx, manyKeys[:concurrent])
		atOnce(func(i int) {
			sum := 0
			for range concurrentLoads {
				sum += users.one(i)
			}
			demand("floor", sum, concurrentLoads*i)
		})
	case cached:
		demand("floor", sumOf(f.cache(1).all(ctx, sameKey)), 0)
	case oneRequest:
		demand("floor", sumOf(f.cache(oneRequestKeys).all(ctx, manyKeys)), sumTo(oneRequestKeys))
	case list:
		demand("floor", sumOf(f.cache(listKeys).all(ctx, manyKeys[:listKeys])), sumTo(listKeys))
	case tenLists:
		users := f.cache(listKeys)
		atOnce(func(int) { demand("floor", sumOf(users.all(ctx, manyKeys[:listKeys])), sumTo(listKeys)) })
	case composition:
		demand("floor", f.compose(ctx), wantSum())
	}
}

// one returns what is known of a key.
func (c *cache) one(key int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.known[key]
}

// all returns the values of the keys, of which it fetches those that are not known.
func (c *cache) all(ctx context.Context, keys []int) []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	missing := make([]int, 0, min(len(keys), batchSize))
	for _, key := range keys {
		if _, ok := c.known[key]; ok {
			continue
		}
		c.known[key] = 0
		missing = append(missing, key)
		if len(missing) == batchSize {
			c.fill(ctx, missing)
			missing = make([]int, 0, batchSize)
		}
	}
	if len(missing) > 0 {
		c.fill(ctx, missing)
	}
	values := make([]int, len(keys))
	for i, key := range keys {
		values[i] = c.known[key]
	}
	return values
}

func (c *cache) fill(ctx context.Context, keys []int) {
	for i, v := range c.fetch(ctx, keys) {
		c.known[keys[i]] = v
	}
}

// compose goes down level by level.
func (f *floor) compose(ctx context.Context) int {
	var tracks, of []int
	for _, p := range f.cache(playlists).all(ctx, upTo(playlists)) {
		for i := range tracksOfAPlaylist {
			tracks = append(tracks, trackOf(p, i))
		}
	}
	for _, track := range f.cache(len(tracks)).all(ctx, tracks) {
		of = append(of, creatorOf(track))
	}
	return sumOf(f.cache(creators).all(ctx, of))
}
