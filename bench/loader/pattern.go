package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// batchSize is the most keys of a call, for all.
const batchSize = 100

// pattern is a question. Keys are what the time and the allocations are divided by.
type pattern struct {
	name  string
	keys  int
	least int // calls
}

const (
	uniqueKeys      = 100
	cachedLoads     = 100
	concurrent      = 10
	concurrentLoads = 1000
	oneRequestKeys  = 10_000
	listKeys        = 1000

	playlists         = 20
	tracksOfAPlaylist = 10
	creators          = 50
)

var (
	// Those that dataloadgen publishes.
	unique     = pattern{"unique keys", uniqueKeys, uniqueKeys / batchSize}
	tenAtOnce  = pattern{"10 concurrent", concurrent * concurrentLoads, 1} // each loads a key of its own, again and again
	cached     = pattern{"cached", cachedLoads, 1}
	oneRequest = pattern{"all in one request", oneRequestKeys, oneRequestKeys / batchSize}

	list        = pattern{"a list of 1000", listKeys, listKeys / batchSize}
	tenLists    = pattern{"10 lists of 1000", concurrent * listKeys, listKeys / batchSize} // at once, of the same keys
	composition = pattern{"3 levels", playlists * (1 + 2*tracksOfAPlaylist), 1 + playlists*tracksOfAPlaylist/batchSize + 1}

	patterns = []pattern{unique, tenAtOnce, cached, oneRequest, list, tenLists, composition}
)

// backend is what everybody fetches from. It counts calls.
type backend struct{ calls atomic.Int64 }

func (b *backend) fetch(_ context.Context, keys []int) []int {
	b.calls.Add(1)
	return keys
}

// The composition: a playlist has ten tracks, a track a creator.
func trackOf(playlist, i int) int { return playlist*tracksOfAPlaylist + i }
func creatorOf(track int) int     { return track % creators }

// The keys that are asked for are made once, as by a request that brings them.
var (
	manyKeys = upTo(oneRequestKeys)
	sameKey  = make([]int, cachedLoads)
)

func upTo(n int) []int {
	keys := make([]int, n)
	for i := range keys {
		keys[i] = i
	}
	return keys
}

// sumTo is what the values of the first n keys come to.
func sumTo(n int) int { return n * (n - 1) / 2 }

func sumOf(values []int) (sum int) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// atOnce calls f on so many goroutines.
func atOnce(f func(i int)) {
	var group sync.WaitGroup
	for i := range concurrent {
		group.Go(func() { f(i) })
	}
	group.Wait()
}

// wantSum is what every contender has to answer to the composition, as a proof that it did.
func wantSum() (sum int) {
	for p := range playlists {
		for i := range tracksOfAPlaylist {
			sum += creatorOf(trackOf(p, i))
		}
	}
	return sum
}

// demand stops the program when a contender answers wrongly.
func demand(contender string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("%s answers %d, want %d", contender, got, want))
	}
}
