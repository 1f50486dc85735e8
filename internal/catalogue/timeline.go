package catalogue

import (
	"cmp"
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// ActivityKind says what somebody did.
type ActivityKind string

// The kinds of activities: those that the table's check knows.
const (
	TrackPost      ActivityKind = "TRACK_POST"
	TrackRepost    ActivityKind = "TRACK_REPOST"
	PlaylistPost   ActivityKind = "PLAYLIST_POST"
	PlaylistRepost ActivityKind = "PLAYLIST_REPOST"
	Comment        ActivityKind = "COMMENT"
	UserFollow     ActivityKind = "USER_FOLLOW"
)

// Activity is something that a user did. None of the ids need exist.
type Activity struct {
	ID         int64
	OccurredAt time.Time // to the microsecond
	ActorID    int64     // the user who did it
	TrackID    int64     // of TrackPost, TrackRepost and Comment
	PlaylistID int64     // of PlaylistPost and PlaylistRepost
	FolloweeID int64     // of UserFollow
	Kind       ActivityKind
	Body       string // of Comment
}

// TimelinePage says which part of a timeline is wanted: the First activities after the place of one that happened at AfterMicros and
// has the id AfterID. It is comparable, so that it can be part of a key. No activity needs to be there.
type TimelinePage struct {
	First       int   // 0 to MaxFirst; 0 still tells whether there are any
	AfterMicros int64 // microseconds since 1970
	AfterID     int64
	HasAfter    bool // false: from the beginning, whatever AfterMicros and AfterID say
}

// Micros is the place of an activity in time, for a TimelinePage.
func (a *Activity) Micros() int64 { return a.OccurredAt.UnixMicro() }

// minMicros is before whatever the importer takes (years from 0 on) and after the first timestamp of Postgres.
const minMicros = -1 << 57

// after is the time in the place behind which the page starts. Activities lie between the infinities.
func (p TimelinePage) after() pgtype.Timestamptz {
	switch {
	case !p.HasAfter:
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	case p.AfterMicros < minMicros:
		return pgtype.Timestamptz{InfinityModifier: pgtype.NegativeInfinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: time.UnixMicro(p.AfterMicros), Valid: true}
}

// A timeline is merged from the lists of its actors, the user and those whom the user follows: first+1 rows of the index
// from each are enough. It costs as many rows as that, however much the actors have done.
const timelinesSQL = `
SELECT k.id, p.found AS has_previous, t.id,
    t.id, t.occurred_at, t.actor_id, t.track_id, t.playlist_id, t.followee_id, t.kind, t.body
FROM unnest((SELECT $1::bigint[])) AS k (id)
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM (SELECT k.id UNION SELECT followee_id FROM activities WHERE actor_id = k.id AND kind = 'USER_FOLLOW') actor (id)
    CROSS JOIN LATERAL (
        SELECT
        FROM activities
        WHERE actor_id = actor.id AND (occurred_at, id) >= ($4, $2)
        ORDER BY occurred_at DESC, id DESC
        LIMIT 1
    ) one
    WHERE (SELECT $4::timestamptz) < 'infinity'
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT merged.*
    FROM (SELECT k.id UNION SELECT followee_id FROM activities WHERE actor_id = k.id AND kind = 'USER_FOLLOW') actor (id)
    CROSS JOIN LATERAL (
        SELECT id, occurred_at, actor_id, track_id, playlist_id, followee_id, kind, body
        FROM activities
        WHERE actor_id = actor.id AND (occurred_at, id) < ($4, $2)
        ORDER BY occurred_at DESC, id DESC
        LIMIT (SELECT $3::bigint)
    ) merged
    ORDER BY merged.occurred_at DESC, merged.id DESC
    LIMIT (SELECT $3::bigint)
) t ON true`

// Timelines reads the same page of each user's timeline: what the user and those whom the user follows did, newest first, of the same
// time the greatest id first. Positions are the activities' ids. Every user asked for is in the map, also one that does not exist. The error
// wraps ErrFirst when the page asks for too many.
func (s *Store) Timelines(ctx context.Context, page TimelinePage, userIDs []int64) (map[int64]Slice[Activity], error) {
	ids := Page{First: page.First, After: page.AfterID, HasAfter: page.HasAfter}
	return pages(ctx, s, "timelines", timelinesSQL, ids, userIDs, timelineList, page.after())
}

var timelineList = list[Activity]{readActivity, newestFirst}

// newestFirst is the order of timelines.
func newestFirst(a, b *Activity) int {
	return cmp.Or(b.OccurredAt.Compare(a.OccurredAt), cmp.Compare(b.ID, a.ID))
}

// readActivity takes the columns id, occurred_at, actor_id, track_id, playlist_id, followee_id, kind, body.
func readActivity(c *columns, a *Activity) {
	a.ID, a.OccurredAt, a.ActorID = c.integer(), c.time(), c.integer()
	a.TrackID, a.PlaylistID, a.FolloweeID = c.integer(), c.integer(), c.integer()
	a.Kind, a.Body = ActivityKind(c.text()), c.text()
}
