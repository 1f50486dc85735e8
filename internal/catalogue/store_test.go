package catalogue_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/internal/pgtest"
)

// newStore returns a store on a random catalogue and the same in memory.
func newStore(t *testing.T, seed uint64) (*catalogue.Store, model, *rand.Rand) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, seed))
	m := randomModel(r)
	pool := pgtest.New(t)
	m.store(t, pool)
	return catalogue.NewStore(pool), m, r
}

// parents are all ids that occur as a parent, some that do not, and one twice.
func parents() []int64 {
	ids := []int64{math.MinInt64, -1, math.MaxInt64, 5, 5}
	for id := range int64(16) {
		ids = append(ids, id)
	}
	return ids
}

// somePages are pages that begin anywhere: before, on, between, after the rows, and with After set but not meant.
func somePages(r *rand.Rand) []catalogue.Page {
	pages := []catalogue.Page{
		{First: 3}, {First: 0}, {First: catalogue.MaxFirst}, {First: 2, After: 70},
		{First: 3, After: -1, HasAfter: true}, {First: 0, After: 30, HasAfter: true},
		{First: 3, After: math.MaxInt64, HasAfter: true}, {First: 3, After: math.MaxInt64 - 1, HasAfter: true},
		{First: 3, After: math.MinInt64, HasAfter: true},
	}
	for after := range int64(8) { // few rows before the page: maybe only entries without a track
		pages = append(pages, catalogue.Page{First: 2, After: after, HasAfter: true})
	}
	for range 20 {
		pages = append(pages, catalogue.Page{First: r.IntN(8), After: r.Int64N(170) - 5, HasAfter: true})
	}
	return pages
}

func TestStoreReadsByIDAreTheModels(t *testing.T) {
	t.Parallel()
	store, m, _ := newStore(t, 1)
	ids := append(parents(), 77, 78, 79, 80, 149, 150)
	wantUsers, wantTracks, wantPlaylists := map[int64]*catalogue.User{}, map[int64]*catalogue.Track{}, map[int64]*catalogue.Playlist{}
	for _, id := range ids {
		for _, u := range m.users {
			if u.ID == id {
				wantUsers[id] = &u
			}
		}
		for _, k := range m.tracks {
			if k.ID == id {
				wantTracks[id] = &k
			}
		}
		for _, p := range m.playlists {
			if p.ID == id {
				wantPlaylists[id] = &p
			}
		}
	}
	users, err := store.Users(t.Context(), ids)
	same(t, "users", users, wantUsers, err)
	tracks, err := store.Tracks(t.Context(), ids)
	same(t, "tracks", tracks, wantTracks, err)
	playlists, err := store.Playlists(t.Context(), ids)
	same(t, "playlists", playlists, wantPlaylists, err)
}

// Whatever the page, a slice is what cutting the whole list gives: items, positions, and whether there is more on either side.
func TestStorePagesAreCutsOfTheList(t *testing.T) {
	t.Parallel()
	store, m, r := newStore(t, 2)
	for _, page := range somePages(r) {
		wantTracks, wantPlaylists, wantEntries := map[int64]catalogue.Slice[catalogue.Track]{},
			map[int64]catalogue.Slice[catalogue.Playlist]{}, map[int64]catalogue.Slice[catalogue.Track]{}
		for _, id := range parents() {
			wantTracks[id] = cut(m.tracksOf(catalogue.TrackFilter{CreatorID: id, HasCreator: true}), page)
			wantPlaylists[id] = cut(m.playlistsOf(id), page)
			wantEntries[id] = cut(m.tracksIn(id), page)
		}
		tracks, err := store.TracksByCreator(t.Context(), page, parents())
		same(t, "tracks by creator", tracks, wantTracks, err)
		playlists, err := store.PlaylistsByCreator(t.Context(), page, parents())
		same(t, "playlists by creator", playlists, wantPlaylists, err)
		entries, err := store.PlaylistTracks(t.Context(), page, parents())
		same(t, "tracks of playlists", entries, wantEntries, err)
		for _, filter := range filters() {
			slice, err := store.TracksPage(t.Context(), filter, page)
			same(t, "page of tracks", slice, cut(m.tracksOf(filter), page), err)
		}
	}
}

// Following the last position of each page gives every row once, in order, and HasNext says when to stop.
func TestStorePagesWalkedToTheEndAreTheList(t *testing.T) {
	t.Parallel()
	store, m, _ := newStore(t, 3)
	for _, first := range []int{1, 2, 7, 1000} {
		for _, filter := range filters() {
			same(t, "walk over tracks", walk(t, first, func(page catalogue.Page) (catalogue.Slice[catalogue.Track], error) {
				return store.TracksPage(t.Context(), filter, page)
			}), m.tracksOf(filter), nil)
		}
		for _, id := range []int64{0, 3, 5, 11, 14} {
			same(t, "walk over a playlist", walk(t, first, func(page catalogue.Page) (catalogue.Slice[catalogue.Track], error) {
				slices, err := store.PlaylistTracks(t.Context(), page, []int64{id})
				return slices[id], err
			}), m.tracksIn(id), nil)
		}
	}
}

// walk follows the pages from the first to the last.
func walk[T any](t *testing.T, first int, read func(catalogue.Page) (catalogue.Slice[T], error)) []placed[T] {
	t.Helper()
	var list []placed[T]
	page := catalogue.Page{First: first}
	for {
		slice, err := read(page)
		if err != nil {
			t.Fatalf("read page %+v: %v", page, err)
		}
		if slice.HasPrevious != (len(list) > 0) {
			t.Fatalf("page %+v: HasPrevious is %v after %d rows", page, slice.HasPrevious, len(list))
		}
		for i, item := range slice.Items {
			list = append(list, placed[T]{slice.Positions[i], *item})
		}
		if !slice.HasNext {
			return list
		}
		if len(slice.Items) != first {
			t.Fatalf("page %+v: has a next page but only %d rows", page, len(slice.Items))
		}
		page.After, page.HasAfter = slice.Positions[len(slice.Positions)-1], true
	}
}

func TestStoreCountsAreTheLengthsOfTheLists(t *testing.T) {
	t.Parallel()
	store, m, _ := newStore(t, 4)
	wantTracks, wantPlaylists, wantEntries := map[int64]int64{}, map[int64]int64{}, map[int64]int64{}
	for _, id := range parents() {
		wantTracks[id] = int64(len(m.tracksOf(catalogue.TrackFilter{CreatorID: id, HasCreator: true})))
		wantPlaylists[id] = int64(len(m.playlistsOf(id)))
		wantEntries[id] = int64(len(m.tracksIn(id)))
	}
	tracks, err := store.TracksByCreatorCounts(t.Context(), parents())
	same(t, "tracks by creator", tracks, wantTracks, err)
	playlists, err := store.PlaylistsByCreatorCounts(t.Context(), parents())
	same(t, "playlists by creator", playlists, wantPlaylists, err)
	entries, err := store.PlaylistTracksCounts(t.Context(), parents())
	same(t, "tracks of playlists", entries, wantEntries, err)
	for _, filter := range filters() {
		n, err := store.TracksCount(t.Context(), filter)
		same(t, "tracks", n, int64(len(m.tracksOf(filter))), err)
	}
}

// filters are all shapes of a filter, with values that occur, that do not, and that are set but not meant.
func filters() []catalogue.TrackFilter {
	filters := []catalogue.TrackFilter{{}, {CreatorID: 3, Genre: "Jazz"}}
	for _, creatorID := range []int64{0, 3, 11, 14, -1, math.MaxInt64} {
		filters = append(filters, catalogue.TrackFilter{CreatorID: creatorID, HasCreator: true})
		for _, genre := range []string{"Rock", "Fado", "no such genre"} {
			filters = append(filters, catalogue.TrackFilter{CreatorID: creatorID, HasCreator: true, Genre: genre, HasGenre: true})
		}
	}
	for _, genre := range append([]string{"", "no such genre"}, genres...) {
		filters = append(filters, catalogue.TrackFilter{Genre: genre, HasGenre: true})
	}
	return filters
}

func TestStoreWithoutKeysAsksNothing(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := catalogue.NewStore(pool)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // a statement would fail now
	users, err := store.Users(ctx, nil)
	same(t, "users", users, map[int64]*catalogue.User{}, err)
	slices, err := store.PlaylistTracks(ctx, catalogue.Page{First: 1}, nil)
	same(t, "pages", slices, map[int64]catalogue.Slice[catalogue.Track]{}, err)
	counts, err := store.TracksByCreatorCounts(ctx, nil)
	same(t, "counts", counts, map[int64]int64{}, err)
}

func TestStoreRefusesPagesOutOfRange(t *testing.T) {
	t.Parallel()
	store := catalogue.NewStore(pgtest.New(t))
	for _, first := range []int{-1, catalogue.MaxFirst + 1, math.MaxInt, math.MinInt} {
		if _, err := store.TracksPage(t.Context(), catalogue.TrackFilter{}, catalogue.Page{First: first}); !errors.Is(err, catalogue.ErrFirst) {
			t.Errorf("tracks, first %d: got error %v, want ErrFirst", first, err)
		}
		if _, err := store.PlaylistTracks(t.Context(), catalogue.Page{First: first}, []int64{1}); !errors.Is(err, catalogue.ErrFirst) {
			t.Errorf("tracks of playlists, first %d: got error %v, want ErrFirst", first, err)
		}
		if _, err := store.Timelines(t.Context(), catalogue.TimelinePage{First: first}, []int64{1}); !errors.Is(err, catalogue.ErrFirst) {
			t.Errorf("timelines, first %d: got error %v, want ErrFirst", first, err)
		}
	}
}

func TestStoreErrorsKeepTheirCause(t *testing.T) {
	t.Parallel()
	store := catalogue.NewStore(pgtest.New(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ids := []int64{1}
	page := catalogue.Page{First: 1}
	_, users := store.Users(ctx, ids)
	_, slices := store.PlaylistTracks(ctx, page, ids)
	_, slice := store.TracksPage(ctx, catalogue.TrackFilter{}, page)
	_, timelines := store.Timelines(ctx, catalogue.TimelinePage{First: 1}, ids)
	_, counts := store.PlaylistTracksCounts(ctx, ids)
	_, count := store.TracksCount(ctx, catalogue.TrackFilter{})
	_, empty := store.Empty(ctx)
	for name, err := range map[string]error{
		"users": users, "slices": slices, "slice": slice, "timelines": timelines, "counts": counts, "count": count, "empty": empty,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got error %v, want one that wraps context.Canceled", name, err)
		}
	}
}

func TestStoreEmptyUntilAnyTableHasARow(t *testing.T) {
	t.Parallel()
	for _, insert := range []string{
		`INSERT INTO users (id, name) VALUES (0, 'alice')`,
		`INSERT INTO tracks (id, title, duration_ms, price_minor, creator_id) VALUES (0, 'song', 0, 0, 0)`,
		`INSERT INTO playlists (id, title, creator_id) VALUES (0, 'list', 0)`,
		`INSERT INTO playlist_tracks (playlist_id, position, track_id) VALUES (0, 0, 0)`,
		`INSERT INTO activities (id, kind, actor_id, followee_id, occurred_at) VALUES (0, 'USER_FOLLOW', 0, 1, now())`,
	} {
		pool := pgtest.New(t)
		store := catalogue.NewStore(pool)
		empty, err := store.Empty(t.Context())
		same(t, "empty before "+insert, empty, true, err)
		if _, err := pool.Exec(t.Context(), insert); err != nil {
			t.Fatalf("%s: %v", insert, err)
		}
		empty, err = store.Empty(t.Context())
		same(t, "empty after "+insert, empty, false, err)
	}
}

func same(t *testing.T, what string, got, want any, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(placed[catalogue.Track]{})); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
