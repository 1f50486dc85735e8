package importer

import "math"

const stageTracksSQL = `
CREATE TEMP TABLE import_tracks (
    record      bigint  NOT NULL,
    id          bigint  NOT NULL,
    creator_id  bigint  NOT NULL,
    price_minor bigint  NOT NULL,
    duration_ms integer NOT NULL,
    title       text    NOT NULL,
    genre       text
) ON COMMIT DROP`

const duplicateTrackSQL = `
SELECT record, earlier
FROM (SELECT record, lag(record) OVER (PARTITION BY id ORDER BY record) AS earlier FROM import_tracks) d
WHERE earlier IS NOT NULL
ORDER BY record
LIMIT 1`

const knownTracksSQL = `SELECT count(*) FROM import_tracks s JOIN tracks t ON t.id = s.id`

const mergeTracksSQL = `
INSERT INTO tracks (id, creator_id, price_minor, duration_ms, title, genre)
SELECT id, creator_id, price_minor, duration_ms, title, genre
FROM import_tracks s
WHERE NOT EXISTS (
    SELECT FROM tracks t
    WHERE t.id = s.id AND (t.creator_id, t.price_minor, t.duration_ms, t.title, t.genre) IS NOT DISTINCT FROM
        (s.creator_id, s.price_minor, s.duration_ms, s.title, s.genre)
)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    creator_id = excluded.creator_id, price_minor = excluded.price_minor, duration_ms = excluded.duration_ms,
    title = excluded.title, genre = excluded.genre`

var tracks = table{
	file:    "tracks.csv",
	columns: []string{"id", "title", "creator_id", "duration_ms", "genre", "price_minor"},
	key:     "id",
	stage:   "import_tracks",
	staged:  []string{"id", "title", "creator_id", "duration_ms", "genre", "price_minor"},
	values: func(r *recordReader) []any {
		return []any{
			r.id("id"), r.string("title", maxNameBytes), r.id("creator_id"), r.whole("duration_ms", 0, math.MaxInt32),
			r.optionalString("genre", maxGenreBytes), r.whole("price_minor", 0, math.MaxInt64),
		}
	},
	stageSQL:     stageTracksSQL,
	duplicateSQL: duplicateTrackSQL,
	knownSQL:     knownTracksSQL,
	mergeSQL:     mergeTracksSQL,
}
