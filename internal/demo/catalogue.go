package demo

import (
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

// scenario are the first users.
var scenario = []string{alice: "alice", bob: "bob", charlie: "charlie"}

const (
	alice = iota
	bob
	charlie
)

// userID is the id of the i-th user.
func (o Options) userID(i int) int {
	if i < len(scenario) && !o.Apart {
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

// trackCreator is the id of who made the i-th track.
func trackCreator(opts Options, i int) int {
	if i%missingCreatorEvery == missingCreatorEvery-1 {
		return FirstID + opts.Users + i // behind the last user
	}
	return creator(opts, "track", i)
}

// creator is the id of who made the i-th thing of a kind. It depends on nothing else, so that every file can know it. The
// first things are the scenario's, so that there is something to see there.
func creator(opts Options, kind string, i int) int {
	if i < 3*len(scenario) {
		return opts.userID(i % len(scenario))
	}
	return opts.userID(rand.New(rand.NewPCG(opts.Seed, sum(kind)+uint64(i))).IntN(opts.Users))
}

// sum makes a number of a name, for seeds.
func sum(name string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(name)) // never fails
	return hash.Sum64()
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
			if !yield([]string{strconv.Itoa(opts.userID(i)), name}) {
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
			genre := faker.SongGenre()
			if i%noGenreEvery == noGenreEvery-1 {
				genre = ""
			}
			row := []string{
				strconv.Itoa(FirstID + i), title(faker), strconv.Itoa(trackCreator(opts, i)),
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
			if !yield([]string{strconv.Itoa(FirstID + i), title(faker), strconv.Itoa(creator(opts, "playlist", i))}) {
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
