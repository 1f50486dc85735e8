package catalogue

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Track is one piece of music.
type Track struct {
	ID         int64
	Title      string
	Genre      *string // nil: not known
	DurationMs int     // milliseconds
	PriceMinor int64   // in the smallest unit of the currency
	CreatorID  int64   // a user, who need not exist
}

// TrackFilter says which tracks belong to a list. The zero filter takes all. It is comparable, so that it can be part of a key.
type TrackFilter struct {
	CreatorID  int64
	HasCreator bool // false: of any creator, whatever CreatorID says
	Genre      string
	HasGenre   bool // false: of any genre or none, whatever Genre says
}

const tracksSQL = `
SELECT id, title, genre, duration_ms, price_minor, creator_id
FROM tracks
WHERE id = ANY ((SELECT $1::bigint[])::bigint[])`

// Tracks reads the tracks with these ids. Ids without a track are missing from the map.
func (s *Store) Tracks(ctx context.Context, ids []int64) (map[int64]*Track, error) {
	return byID(ctx, s, "tracks", tracksSQL, ids, readTrack, func(t *Track) int64 { return t.ID })
}

var trackList = list[Track]{read: readTrack}

// readTrack takes the columns id, title, genre, duration_ms, price_minor, creator_id.
func readTrack(c *columns, t *Track) {
	t.ID, t.Title, t.Genre = c.integer(), c.text(), c.optionalText()
	t.DurationMs, t.PriceMinor, t.CreatorID = int(c.integer()), c.integer(), c.integer()
}

// The statements of TracksPage differ in their filter alone. They are written out, and not folded into one with
// `$n IS NULL OR`, because each has an index of its own that a folded one could not use.
// The list that has no parent takes the place of a parent's, under the id 0.

const tracksPageSQL = `
SELECT k.id, p.found AS has_previous, t.id, t.id, t.title, t.genre, t.duration_ms, t.price_minor, t.creator_id
FROM unnest((SELECT $1::bigint[])) AS k (id)
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM tracks
    WHERE (SELECT $2::bigint) >= 0 AND id <= $2
    ORDER BY id DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT id, title, genre, duration_ms, price_minor, creator_id
    FROM tracks
    WHERE id > $2
    ORDER BY id
    LIMIT (SELECT $3::bigint)
) t ON true`

const tracksPageOfGenreSQL = `
SELECT k.id, p.found AS has_previous, t.id, t.id, t.title, t.genre, t.duration_ms, t.price_minor, t.creator_id
FROM unnest((SELECT $1::bigint[])) AS k (id)
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM tracks
    WHERE (SELECT $2::bigint) >= 0 AND (genre, id) <= ($4, $2) AND genre >= $4
    ORDER BY genre DESC, id DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT id, title, genre, duration_ms, price_minor, creator_id
    FROM tracks
    WHERE (genre, id) > ($4, $2) AND genre <= $4
    ORDER BY genre, id
    LIMIT (SELECT $3::bigint)
) t ON true`

const tracksPageOfCreatorAndGenreSQL = `
SELECT k.id, p.found AS has_previous, t.id, t.id, t.title, t.genre, t.duration_ms, t.price_minor, t.creator_id
FROM unnest((SELECT $1::bigint[])) AS k (id)
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM tracks
    WHERE (SELECT $2::bigint) >= 0 AND (creator_id, genre, id) <= (k.id, $4, $2) AND (creator_id, genre) >= (k.id, $4)
    ORDER BY creator_id DESC, genre DESC, id DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT id, title, genre, duration_ms, price_minor, creator_id
    FROM tracks
    WHERE (creator_id, genre, id) > (k.id, $4, $2) AND (creator_id, genre) <= (k.id, $4)
    ORDER BY creator_id, genre, id
    LIMIT (SELECT $3::bigint)
) t ON true`

// TracksPage reads a page of the tracks that pass the filter, in the order of their ids. The error wraps ErrFirst when the page
// asks for too many.
func (s *Store) TracksPage(ctx context.Context, filter TrackFilter, page Page) (Slice[Track], error) {
	const what = "page of tracks"
	var (
		parentID int64
		found    map[int64]Slice[Track]
		err      error
	)
	if filter.HasCreator {
		parentID = filter.CreatorID
	}
	parentIDs := []int64{parentID}
	switch {
	case filter.HasCreator && filter.HasGenre:
		found, err = pages(ctx, s, what, tracksPageOfCreatorAndGenreSQL, page, parentIDs, trackList, filter.Genre)
	case filter.HasCreator:
		found, err = s.TracksByCreator(ctx, page, parentIDs)
	case filter.HasGenre:
		found, err = pages(ctx, s, what, tracksPageOfGenreSQL, page, parentIDs, trackList, filter.Genre)
	default:
		found, err = pages(ctx, s, what, tracksPageSQL, page, parentIDs, trackList)
	}
	return found[parentID], err
}

const (
	tracksCountSQL                  = `SELECT count(*) FROM tracks`
	tracksCountOfCreatorSQL         = `SELECT count(*) FROM tracks WHERE creator_id = $1`
	tracksCountOfGenreSQL           = `SELECT count(*) FROM tracks WHERE genre = $1`
	tracksCountOfCreatorAndGenreSQL = `SELECT count(*) FROM tracks WHERE creator_id = $1 AND genre = $2`
)

// TracksCount counts the tracks that pass the filter. It reads an index entry for each of them.
func (s *Store) TracksCount(ctx context.Context, filter TrackFilter) (int64, error) {
	var row pgx.Row
	switch {
	case filter.HasCreator && filter.HasGenre:
		row = s.pool.QueryRow(ctx, tracksCountOfCreatorAndGenreSQL, filter.CreatorID, filter.Genre)
	case filter.HasCreator:
		row = s.pool.QueryRow(ctx, tracksCountOfCreatorSQL, filter.CreatorID)
	case filter.HasGenre:
		row = s.pool.QueryRow(ctx, tracksCountOfGenreSQL, filter.Genre)
	default:
		row = s.pool.QueryRow(ctx, tracksCountSQL)
	}
	var n int64
	if err := row.Scan(&n); err != nil {
		return 0, fmt.Errorf("count tracks: %w", err)
	}
	return n, nil
}
