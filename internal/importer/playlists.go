package importer

import "math"

const stagePlaylistsSQL = `
CREATE TEMP TABLE import_playlists (
    record     bigint NOT NULL,
    id         bigint NOT NULL,
    creator_id bigint NOT NULL,
    title      text   NOT NULL
) ON COMMIT DROP`

const duplicatePlaylistSQL = `
SELECT record, earlier
FROM (SELECT record, lag(record) OVER (PARTITION BY id ORDER BY record) AS earlier FROM import_playlists) d
WHERE earlier IS NOT NULL
ORDER BY record
LIMIT 1`

const knownPlaylistsSQL = `SELECT count(*) FROM import_playlists s JOIN playlists p ON p.id = s.id`

const mergePlaylistsSQL = `
INSERT INTO playlists (id, creator_id, title)
SELECT id, creator_id, title
FROM import_playlists s
WHERE NOT EXISTS (SELECT FROM playlists p WHERE p.id = s.id AND p.creator_id = s.creator_id AND p.title = s.title)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET creator_id = excluded.creator_id, title = excluded.title`

var playlists = table{
	file:    "playlists.csv",
	columns: []string{"id", "title", "creator_id"},
	key:     "id",
	stage:   "import_playlists",
	staged:  []string{"id", "title", "creator_id"},
	values: func(r *recordReader) []any {
		return []any{r.id("id"), r.string("title", maxNameBytes), r.id("creator_id")}
	},
	stageSQL:     stagePlaylistsSQL,
	duplicateSQL: duplicatePlaylistSQL,
	knownSQL:     knownPlaylistsSQL,
	mergeSQL:     mergePlaylistsSQL,
}

const stagePlaylistTracksSQL = `
CREATE TEMP TABLE import_playlist_tracks (
    record      bigint NOT NULL,
    playlist_id bigint NOT NULL,
    position    bigint NOT NULL,
    track_id    bigint NOT NULL
) ON COMMIT DROP`

const duplicatePlaylistTrackSQL = `
SELECT record, earlier
FROM (
    SELECT record, lag(record) OVER (PARTITION BY playlist_id, position ORDER BY record) AS earlier
    FROM import_playlist_tracks
) d
WHERE earlier IS NOT NULL
ORDER BY record
LIMIT 1`

const knownPlaylistTracksSQL = `
SELECT count(*)
FROM import_playlist_tracks s
JOIN playlist_tracks e ON e.playlist_id = s.playlist_id AND e.position = s.position`

const mergePlaylistTracksSQL = `
INSERT INTO playlist_tracks (playlist_id, position, track_id)
SELECT playlist_id, position, track_id
FROM import_playlist_tracks s
WHERE NOT EXISTS (
    SELECT FROM playlist_tracks e
    WHERE e.playlist_id = s.playlist_id AND e.position = s.position AND e.track_id = s.track_id
)
ORDER BY playlist_id, position
ON CONFLICT (playlist_id, position) DO UPDATE SET track_id = excluded.track_id`

var playlistTracks = table{
	file:    "playlist_tracks.csv",
	columns: []string{"playlist_id", "position", "track_id"},
	key:     "position",
	stage:   "import_playlist_tracks",
	staged:  []string{"playlist_id", "position", "track_id"},
	values: func(r *recordReader) []any {
		return []any{r.id("playlist_id"), r.whole("position", 0, math.MaxInt64), r.id("track_id")}
	},
	stageSQL:     stagePlaylistTracksSQL,
	duplicateSQL: duplicatePlaylistTrackSQL,
	knownSQL:     knownPlaylistTracksSQL,
	mergeSQL:     mergePlaylistTracksSQL,
}
