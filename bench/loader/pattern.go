package main

import (
	"context"
	"fmt"
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
	uniqueKeys     = 1000
	cachedLoads    = 1000
	concurrent     = 10
	concurrentKeys = 1000

	playlists         = 20
	tracksOfAPlaylist = 10
	creators          = 50
)

var (
	unique      = pattern{"unique keys", uniqueKeys, uniqueKeys / batchSize}
	tenAtOnce   = pattern{"10 concurrent", concurrent * concurrentKeys, concurrentKeys / batchSize}
	cached      = pattern{"cached", cachedLoads, 1}
	composition = pattern{"3 levels", playlists * (1 + 2*tracksOfAPlaylist), 1 + playlists*tracksOfAPlaylist/batchSize + 1}

	patterns = []pattern{unique, tenAtOnce, cached, composition}
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
