package catalogue_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/catalogue"
)

// model is the catalogue in memory, and the naive way to read it: filter the whole list, then cut.
type model struct {
	users      []catalogue.User
	tracks     []catalogue.Track
	playlists  []catalogue.Playlist
	entries    []entry
	activities []catalogue.Activity
}

type entry struct{ playlistID, position, trackID int64 }

// placed is an item of a list with its position in it.
type placed[T any] struct {
	position int64
	item     T
}

var genres = []string{"Rock", "Jazz", "Fado", "rock", "Übermusik"}

// randomModel makes a small catalogue with everything that is allowed: gaps between ids, creators and tracks that do not exist,
// creators without tracks, tracks that are in a playlist twice, entries of a playlist that does not exist, the extremes of the ids.
func randomModel(r *rand.Rand) model {
	var m model
	for id := range int64(30) {
		if r.IntN(4) > 0 {
			m.users = append(m.users, catalogue.User{ID: id, Name: "user of " + genres[r.IntN(len(genres))]})
		}
	}
	for id := range int64(150) {
		if r.IntN(3) == 0 {
			continue
		}
		t := catalogue.Track{ID: id, Title: "track", DurationMs: r.IntN(1 << 30), PriceMinor: r.Int64(), CreatorID: r.Int64N(12)}
		if g := r.IntN(len(genres) + 1); g < len(genres) {
			t.Genre = &genres[g]
		}
		m.tracks = append(m.tracks, t)
	}
	m.tracks = append(m.tracks, catalogue.Track{ID: 1<<63 - 1, Title: "last", CreatorID: 1<<63 - 1, PriceMinor: 1<<63 - 1, DurationMs: 1<<31 - 1})
	for id := range int64(40) {
		if r.IntN(3) > 0 {
			m.playlists = append(m.playlists, catalogue.Playlist{ID: id, Title: "list", CreatorID: r.Int64N(12)})
		}
	}
	for range 300 {
		e := entry{playlistID: r.Int64N(12), position: r.Int64N(60), trackID: r.Int64N(150)}
		if !slices.ContainsFunc(m.entries, func(o entry) bool { return o.playlistID == e.playlistID && o.position == e.position }) {
			m.entries = append(m.entries, e)
		}
	}
	m.activities = randomActivities(r)
	return m
}

// store puts the model into the database.
func (m model) store(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	var users, tracks, playlists, entries [][]any
	for _, u := range m.users {
		users = append(users, []any{u.ID, u.Name})
	}
	for _, k := range m.tracks {
		tracks = append(tracks, []any{k.ID, k.Title, k.Genre, k.DurationMs, k.PriceMinor, k.CreatorID})
	}
	for _, p := range m.playlists {
		playlists = append(playlists, []any{p.ID, p.Title, p.CreatorID})
	}
	for _, e := range m.entries {
		entries = append(entries, []any{e.playlistID, e.position, e.trackID})
	}
	storeActivities(t, pool, m.activities)
	copyRows(t, pool, "users", []string{"id", "name"}, users)
	copyRows(t, pool, "tracks", []string{"id", "title", "genre", "duration_ms", "price_minor", "creator_id"}, tracks)
	copyRows(t, pool, "playlists", []string{"id", "title", "creator_id"}, playlists)
	copyRows(t, pool, "playlist_tracks", []string{"playlist_id", "position", "track_id"}, entries)
}

// copyRows fills a table, in an order of no meaning: the order of a page must not come from the order of the rows.
func copyRows(t *testing.T, pool *pgxpool.Pool, table string, columns []string, rows [][]any) {
	t.Helper()
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	if _, err := pool.CopyFrom(context.Background(), pgx.Identifier{table}, columns, pgx.CopyFromRows(rows)); err != nil {
		t.Fatalf("fill %s: %v", table, err)
	}
}

func (m model) tracksOf(filter catalogue.TrackFilter) []placed[catalogue.Track] {
	var list []placed[catalogue.Track]
	for _, t := range m.tracks {
		if filter.HasCreator && t.CreatorID != filter.CreatorID {
			continue
		}
		if filter.HasGenre && (t.Genre == nil || *t.Genre != filter.Genre) {
			continue
		}
		list = append(list, placed[catalogue.Track]{t.ID, t})
	}
	return sorted(list)
}

func (m model) playlistsOf(creatorID int64) []placed[catalogue.Playlist] {
	var list []placed[catalogue.Playlist]
	for _, p := range m.playlists {
		if p.CreatorID == creatorID {
			list = append(list, placed[catalogue.Playlist]{p.ID, p})
		}
	}
	return sorted(list)
}

func (m model) tracksIn(playlistID int64) []placed[catalogue.Track] {
	var list []placed[catalogue.Track]
	for _, e := range m.entries {
		if e.playlistID != playlistID {
			continue
		}
		for _, t := range m.tracks {
			if t.ID == e.trackID {
				list = append(list, placed[catalogue.Track]{e.position, t})
			}
		}
	}
	return sorted(list)
}

func sorted[T any](list []placed[T]) []placed[T] {
	slices.SortFunc(list, func(a, b placed[T]) int {
		switch {
		case a.position < b.position:
			return -1
		case a.position > b.position:
			return 1
		}
		return 0
	})
	return list
}

// cut is the page of a sorted list, by its definition.
func cut[T any](list []placed[T], page catalogue.Page) catalogue.Slice[T] {
	var slice catalogue.Slice[T]
	for _, p := range list {
		switch {
		case page.HasAfter && p.position <= page.After:
			slice.HasPrevious = true
		case len(slice.Items) == page.First:
			slice.HasNext = true
		default:
			slice.Items = append(slice.Items, &p.item)
			slice.Positions = append(slice.Positions, p.position)
		}
	}
	return slice
}
