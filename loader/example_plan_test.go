package loader_test

import (
	"context"
	"fmt"

	"github.com/clumpql/clumpql/loader"
)

type (
	examplePlaylist struct {
		ID, CreatorID int
		TrackIDs      []int
	}
	enrichedPlaylist struct {
		Playlist examplePlaylist
		Creator  exampleUser
		Tracks   []enrichedTrack
	}
)

func fetchPlaylists(_ context.Context, ids []int) (map[int]examplePlaylist, error) {
	fmt.Println("playlists service:", ids)
	return map[int]examplePlaylist{7: {7, 20, []int{1, 3}}}, nil
}

// The limitation that Clump's README names: the users are fetched once for the playlists' creators
// and again for the tracks'. Plans remember that of a shape, and from the second Scope on the
// creators of the playlists wait for those of the tracks: a call less, in as many waves.
func ExampleWithPlan() {
	playlists := loader.NewSource("playlists", loader.FromMap(fetchPlaylists))
	enrichedPlaylistOf := func(id int) loader.Clump[enrichedPlaylist] {
		return loader.FlatMap(playlists.Get(id), func(p examplePlaylist) loader.Clump[enrichedPlaylist] {
			parts := loader.Join(usersSource.Get(p.CreatorID), loader.Traverse(p.TrackIDs, enriched))
			return loader.Map(parts, func(t loader.Tuple2[exampleUser, []enrichedTrack]) enrichedPlaylist {
				return enrichedPlaylist{p, t.V1, t.V2}
			})
		})
	}
	var plans loader.Plans // one for the process
	for range 2 {
		scope := loader.NewScope(loader.WithPlan(&plans, "playlist page"), loader.WithObserver(waves{}))
		p, err := enrichedPlaylistOf(7).Require(loader.WithScope(context.Background(), scope))
		fmt.Println("by", p.Creator.Name, "with", len(p.Tracks), "tracks", err)
	}
	// Unordered output:
	// playlists service: [7]
	// wave 1: 1 keys of playlists
	// users service: [20]
	// tracks service: [1 3]
	// wave 2: 2 keys of tracks
	// wave 2: 1 keys of users
	// 1 of users cached
	// users service: [10]
	// wave 3: 1 keys of users
	// by bob with 2 tracks <nil>
	// playlists service: [7]
	// wave 1: 1 keys of playlists
	// tracks service: [1 3]
	// wave 2: 2 keys of tracks
	// 1 of users cached
	// users service: [20 10]
	// wave 3: 2 keys of users
	// by bob with 2 tracks <nil>
}
