package catalogue

import "context"

const tracksByCreatorSQL = `
SELECT k.id, p.found AS has_previous, t.id, t.id, t.title, t.genre, t.duration_ms, t.price_minor, t.creator_id
FROM unnest((SELECT $1::bigint[])) AS k (id)
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM tracks
    WHERE (SELECT $2::bigint) >= 0 AND (creator_id, id) <= (k.id, $2) AND creator_id >= k.id
    ORDER BY creator_id DESC, id DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT id, title, genre, duration_ms, price_minor, creator_id
    FROM tracks
    WHERE (creator_id, id) > (k.id, $2) AND creator_id <= k.id
    ORDER BY creator_id, id
    LIMIT (SELECT $3::bigint)
) t ON true`

// TracksByCreator reads the same page of each creator's tracks, in the order of their ids. Every creator asked for is in the map.
// The error wraps ErrFirst when the page asks for too many.
func (s *Store) TracksByCreator(ctx context.Context, page Page, creatorIDs []int64) (map[int64]Slice[Track], error) {
	return pages(ctx, s, "tracks by creator", tracksByCreatorSQL, page, creatorIDs, trackList)
}

const tracksByCreatorCountsSQL = `
SELECT creator_id, count(*) FROM tracks WHERE creator_id = ANY ((SELECT $1::bigint[])::bigint[]) GROUP BY creator_id`

// TracksByCreatorCounts counts each creator's tracks. Every creator asked for is in the map.
func (s *Store) TracksByCreatorCounts(ctx context.Context, creatorIDs []int64) (map[int64]int64, error) {
	return s.counts(ctx, "tracks by creator", tracksByCreatorCountsSQL, creatorIDs)
}

const playlistsByCreatorSQL = `
SELECT k.id, p.found AS has_previous, l.id, l.id, l.title, l.creator_id
FROM unnest((SELECT $1::bigint[])) AS k (id)
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM playlists
    WHERE (SELECT $2::bigint) >= 0 AND (creator_id, id) <= (k.id, $2) AND creator_id >= k.id
    ORDER BY creator_id DESC, id DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT id, title, creator_id
    FROM playlists
    WHERE (creator_id, id) > (k.id, $2) AND creator_id <= k.id
    ORDER BY creator_id, id
    LIMIT (SELECT $3::bigint)
) l ON true`

// PlaylistsByCreator reads the same page of each creator's playlists, in the order of their ids. Every creator asked for is in
// the map. The error wraps ErrFirst when the page asks for too many.
func (s *Store) PlaylistsByCreator(ctx context.Context, page Page, creatorIDs []int64) (map[int64]Slice[Playlist], error) {
	return pages(ctx, s, "playlists by creator", playlistsByCreatorSQL, page, creatorIDs, playlistList)
}

const playlistsByCreatorCountsSQL = `
SELECT creator_id, count(*) FROM playlists WHERE creator_id = ANY ((SELECT $1::bigint[])::bigint[]) GROUP BY creator_id`

// PlaylistsByCreatorCounts counts each creator's playlists. Every creator asked for is in the map.
func (s *Store) PlaylistsByCreatorCounts(ctx context.Context, creatorIDs []int64) (map[int64]int64, error) {
	return s.counts(ctx, "playlists by creator", playlistsByCreatorCountsSQL, creatorIDs)
}
