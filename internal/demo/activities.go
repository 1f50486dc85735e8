package demo

import (
	"iter"
	"strconv"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// begin is when the demo's world begins.
var begin = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// at writes a time in the demo's first year.
func at(faker *gofakeit.Faker) string {
	return begin.Add(time.Duration(faker.IntN(365*24*60*60)) * time.Second).Format(time.RFC3339)
}

// follows is how many others each user follows.
func follows(opts Options) int { return min(8, opts.Users-1) }

// activityCount is how many activities there are: one for every step of the loops below.
func activityCount(opts Options) int {
	return opts.Tracks + opts.Playlists + opts.Users*follows(opts) + opts.Tracks/2 + opts.Playlists/2 + opts.Tracks/4
}

func activities(opts Options, faker *gofakeit.Faker) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{"id", "kind", "actor_id", "track_id", "playlist_id", "followee_id", "body", "occurred_at"}) {
			return
		}
		id := FirstID
		add := func(kind string, actorID int, trackID, playlistID, followeeID, body string) bool {
			row := []string{strconv.Itoa(id), kind, strconv.Itoa(actorID), trackID, playlistID, followeeID, body, at(faker)}
			id++
			return yield(row)
		}
		someone := func() int { return opts.userID(faker.IntN(opts.Users)) }
		someTrack := func() string { return strconv.Itoa(FirstID + faker.IntN(opts.Tracks)) }
		somePlaylist := func() string { return strconv.Itoa(FirstID + faker.IntN(opts.Playlists)) }
		each := func(n int, do func(i int) bool) bool {
			for i := range n {
				if !do(i) {
					return false
				}
			}
			return true
		}
		_ = each(opts.Tracks, func(i int) bool {
			return add("TRACK_POST", trackCreator(opts, i), strconv.Itoa(FirstID+i), "", "", "")
		}) && each(opts.Playlists, func(i int) bool {
			return add("PLAYLIST_POST", creator(opts, "playlist", i), "", strconv.Itoa(FirstID+i), "", "")
		}) && each(opts.Users*follows(opts), func(i int) bool {
			follower, step := i/follows(opts), i%follows(opts)+1
			return add("USER_FOLLOW", opts.userID(follower), "", "", strconv.Itoa(opts.userID((follower+step)%opts.Users)), "")
		}) && each(opts.Tracks/2, func(int) bool {
			return add("TRACK_REPOST", someone(), someTrack(), "", "", "")
		}) && each(opts.Playlists/2, func(int) bool {
			return add("PLAYLIST_REPOST", someone(), "", somePlaylist(), "", "")
		}) && each(opts.Tracks/4, func(int) bool {
			return add("COMMENT", someone(), someTrack(), "", "", faker.Comment())
		})
	}
}
