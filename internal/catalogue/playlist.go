package catalogue

import (
	"context"
)

// Playlist is a list of tracks that somebody put together.
type Playlist struct {
	ID        int64
	Title     string
	CreatorID int64 // a user, who need not exist
}

const playlistsSQL = `SELECT id, title, creator_id FROM playlists WHERE id = ANY ((SELECT $1::bigint[])::bigint[])`

// Playlists reads the playlists with these ids. Ids without a playlist are missing from the map.
func (s *Store) Playlists(ctx context.Context, ids []int64) (map[int64]*Playlist, error) {
	return byID(ctx, s, "playlists", playlistsSQL, ids, readPlaylist, func(p *Playlist) int64 { return p.ID })
}

var playlistList = list[Playlist]{read: readPlaylist}

// readPlaylist takes the columns id, title, creator_id.
func readPlaylist(c *columns, p *Playlist) {
	p.ID, p.Title, p.CreatorID = c.integer(), c.text(), c.integer()
}

// Both looks join tracks, so that an entry without its track counts nowhere.
const playlistTracksSQL = `
SELECT k.id, p.found AS has_previous, t.position, t.id, t.title, t.genre, t.duration_ms, t.price_minor, t.creator_id
FROM unnest((SELECT $1::bigint[])) AS k (id)
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM playlist_tracks e
    JOIN tracks t ON t.id = e.track_id
    WHERE (SELECT $2::bigint) >= 0 AND (e.playlist_id, e.position) <= (k.id, $2) AND e.playlist_id >= k.id
    ORDER BY e.playlist_id DESC, e.position DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT e.position, t.id, t.title, t.genre, t.duration_ms, t.price_minor, t.creator_id
    FROM playlist_tracks e
    JOIN tracks t ON t.id = e.track_id
    WHERE (e.playlist_id, e.position) > (k.id, $2) AND e.playlist_id <= k.id
    ORDER BY e.playlist_id, e.position
    LIMIT (SELECT $3::bigint)
) t ON true`

// PlaylistTracks reads the same page of each playlist's tracks, in the order of their positions, which are the cursors. An entry
// whose track is missing is left out; a track that is in the list twice comes twice. Every playlist asked for is in the map, also
// one that does not exist. The error wraps ErrFirst when the page asks for too many.
func (s *Store) PlaylistTracks(ctx context.Context, page Page, playlistIDs []int64) (map[int64]Slice[Track], error) {
	return pages(ctx, s, "tracks of playlists", playlistTracksSQL, page, playlistIDs, trackList)
}

const playlistTracksCountsSQL = `
SELECT e.playlist_id, count(*)
FROM playlist_tracks e
JOIN tracks t ON t.id = e.track_id
WHERE e.playlist_id = ANY ($1)
GROUP BY e.playlist_id`

// PlaylistTracksCounts counts the entries of each playlist whose tracks exist. Every playlist asked for is in the map.
func (s *Store) PlaylistTracksCounts(ctx context.Context, playlistIDs []int64) (map[int64]int64, error) {
	return s.counts(ctx, "tracks of playlists", playlistTracksCountsSQL, playlistIDs)
}
