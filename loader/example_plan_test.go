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
	return map[int]examplePlaylist{7: {7, 20, []int{1, 3}}, 8: {8, 30, []int{2}}}, nil
}

// The limitation that Clump's README names: the users are fetched once for the playlists' creators
// and again for the tracks'. There the tracks are chained to the creator by flatMap, which makes four
// waves and leaves nothing to save; here the two are joined, as neither needs the other. Plans
// remember of a shape what is asked for again, and from the second Scope on the creators of the
// playlists wait for those of the tracks: a call less, in as many waves.
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
		page := loader.Traverse([]int{7, 8}, enrichedPlaylistOf)
		found, err := loader.List(loader.WithScope(context.Background(), scope), page)
		for _, p := range found {
			fmt.Println("by", p.Creator.Name, "with", len(p.Tracks), "tracks", err)
		}
	}
	// Unordered output:
	// playlists service: [7 8]
	// wave 1: 2 keys of playlists
	// users service: [20 30]
	// tracks service: [1 3 2]
	// wave 2: 3 keys of tracks
	// wave 2: 2 keys of users
	// 2 of users cached
	// users service: [10]
	// wave 3: 1 keys of users
	// by bob with 2 tracks <nil>
	// by charlie with 1 tracks <nil>
	// playlists service: [7 8]
	// wave 1: 2 keys of playlists
	// tracks service: [1 3 2]
	// wave 2: 3 keys of tracks
	// 2 of users cached
	// users service: [20 30 10]
	// wave 3: 3 keys of users
	// by bob with 2 tracks <nil>
	// by charlie with 1 tracks <nil>
}
