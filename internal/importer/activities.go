package importer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// activityColumns are the columns that each kind of activity fills. Of the four that occur here, the others stay empty.
var activityColumns = map[string][]string{
	"TRACK_POST":      {"track_id"},
	"TRACK_REPOST":    {"track_id"},
	"PLAYLIST_POST":   {"playlist_id"},
	"PLAYLIST_REPOST": {"playlist_id"},
	"COMMENT":         {"track_id", "body"},
	"USER_FOLLOW":     {"followee_id"},
}

const stageActivitiesSQL = `
CREATE TEMP TABLE import_activities (
    record      bigint      NOT NULL,
    id          bigint      NOT NULL,
    occurred_at timestamptz NOT NULL,
    actor_id    bigint      NOT NULL,
    track_id    bigint,
    playlist_id bigint,
    followee_id bigint,
    kind        text        NOT NULL,
    body        text
) ON COMMIT DROP`

const duplicateActivitySQL = `
SELECT record, earlier
FROM (SELECT record, lag(record) OVER (PARTITION BY id ORDER BY record) AS earlier FROM import_activities) d
WHERE earlier IS NOT NULL
ORDER BY record
LIMIT 1`

const knownActivitiesSQL = `SELECT count(*) FROM import_activities s JOIN activities a ON a.id = s.id`

const mergeActivitiesSQL = `
INSERT INTO activities (id, occurred_at, actor_id, track_id, playlist_id, followee_id, kind, body)
SELECT id, occurred_at, actor_id, track_id, playlist_id, followee_id, kind, body
FROM import_activities s
WHERE NOT EXISTS (
    SELECT FROM activities a
    WHERE a.id = s.id
      AND (a.occurred_at, a.actor_id, a.track_id, a.playlist_id, a.followee_id, a.kind, a.body) IS NOT DISTINCT FROM
          (s.occurred_at, s.actor_id, s.track_id, s.playlist_id, s.followee_id, s.kind, s.body)
)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET
    occurred_at = excluded.occurred_at, actor_id = excluded.actor_id, track_id = excluded.track_id,
    playlist_id = excluded.playlist_id, followee_id = excluded.followee_id, kind = excluded.kind, body = excluded.body`

var activities = table{
	file:         "activities.csv",
	columns:      []string{"id", "kind", "actor_id", "track_id", "playlist_id", "followee_id", "body", "occurred_at"},
	key:          "id",
	stage:        "import_activities",
	staged:       []string{"id", "kind", "actor_id", "track_id", "playlist_id", "followee_id", "body", "occurred_at"},
	values:       activityValues,
	stageSQL:     stageActivitiesSQL,
	duplicateSQL: duplicateActivitySQL,
	knownSQL:     knownActivitiesSQL,
	mergeSQL:     mergeActivitiesSQL,
}

func activityValues(r *recordReader) []any {
	id := r.id("id")
	kind := r.field("kind")
	filled, known := activityColumns[kind]
	if !known {
		kinds := slices.Sorted(maps.Keys(activityColumns))
		r.fail("kind", fmt.Errorf("%s is not one of %s", quoted(kind), strings.Join(kinds, ", ")))
	}
	// optionalID reads a column where the kind has it, and sees to it that it is empty where not.
	optionalID := func(column string) *int64 {
		if !slices.Contains(filled, column) {
			r.mustBeEmpty(column, "for kind "+kind)
			return nil
		}
		value := r.id(column)
		return &value
	}
	actorID := r.id("actor_id")
	trackID, playlistID, followeeID := optionalID("track_id"), optionalID("playlist_id"), optionalID("followee_id")
	var body *string
	if slices.Contains(filled, "body") {
		text := r.string("body", maxBodyBytes)
		body = &text
	} else {
		r.mustBeEmpty("body", "for kind "+kind)
	}
	return []any{id, strings.Clone(kind), actorID, trackID, playlistID, followeeID, body, r.instant("occurred_at")}
}
