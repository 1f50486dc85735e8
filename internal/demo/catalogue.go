package demo

import (
	"iter"
	"strconv"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// scenario are the users with the lowest ids.
var scenario = []string{"alice", "bob", "charlie"}

// userID is the id of the i-th user.
func userID(i int) int {
	if i < len(scenario) {
		return i
	}
	return FirstID + i
}

// One in these has what the data model allows and programs forget.
const (
	missingCreatorEvery = 20 // tracks
	noGenreEvery        = 10 // tracks
	missingTrackEvery   = 5  // playlists
)

// creatorIsMissing says whether the i-th track's creator does not exist.
func creatorIsMissing(i int) bool { return i%missingCreatorEvery == missingCreatorEvery-1 }

// creator is who made the i-th track or playlist. The first ones are the scenario's, so that there is something to see there.
func creator(opts Options, faker *gofakeit.Faker, i int) int {
	someone := faker.IntN(opts.Users)
	if i < 3*len(scenario) {
		someone = i % len(scenario)
	}
	return userID(someone)
}

// playlistLength is how many entries the i-th playlist has: 5 to 25.
func playlistLength(i int) int { return 5 + i*8%21 }

func users(opts Options, faker *gofakeit.Faker) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{"id", "name"}) {
			return
		}
		for i := range opts.Users {
			name := faker.FirstName() + " " + faker.LastName()
			if i < len(scenario) {
				name = scenario[i]
			}
			if !yield([]string{strconv.Itoa(userID(i)), name}) {
				return
			}
		}
	}
}

func tracks(opts Options, faker *gofakeit.Faker) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{"id", "title", "creator_id", "duration_ms", "genre", "price_minor"}) {
			return
		}
		for i := range opts.Tracks {
			creatorID, genre := creator(opts, faker, i), faker.SongGenre()
			if creatorIsMissing(i) {
				creatorID = FirstID + opts.Users + i // behind the last user
			}
			if i%noGenreEvery == noGenreEvery-1 {
				genre = ""
			}
			row := []string{
				strconv.Itoa(FirstID + i), title(faker), strconv.Itoa(creatorID),
				strconv.Itoa(faker.IntRange(90_000, 600_000)), genre, strconv.Itoa(faker.IntRange(1, 30)*10 - 1),
			}
			if !yield(row) {
				return
			}
		}
	}
}

// title makes up the title of a track or a playlist.
func title(faker *gofakeit.Faker) string {
	words := faker.AdjectiveDescriptive() + " " + faker.NounConcrete()
	return strings.ToUpper(words[:1]) + words[1:]
}

func playlists(opts Options, faker *gofakeit.Faker) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{"id", "title", "creator_id"}) {
			return
		}
		for i := range opts.Playlists {
			if !yield([]string{strconv.Itoa(FirstID + i), title(faker), strconv.Itoa(creator(opts, faker, i))}) {
				return
			}
		}
	}
}

func playlistTracks(opts Options, faker *gofakeit.Faker) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		if !yield([]string{"playlist_id", "position", "track_id"}) {
			return
		}
		for i := range opts.Playlists {
			for position := range playlistLength(i) {
				track := faker.IntN(opts.Tracks)
				if position == 2 && i%missingTrackEvery == missingTrackEvery-1 {
					track = opts.Tracks // behind the last one
				}
				if !yield([]string{strconv.Itoa(FirstID + i), strconv.Itoa(position), strconv.Itoa(FirstID + track)}) {
					return
				}
			}
		}
	}
}
