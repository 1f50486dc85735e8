package catalogue_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/catalogue"
)

var newYear = time.Date(2024, time.January, 1, 0, 0, 0, 0, time.UTC)

// randomActivities are of all kinds, of actors who do and who do not exist, some at the same time or a microsecond apart, in an order that is
// not that of their ids. Users follow others twice, and themselves.
func randomActivities(r *rand.Rand) []catalogue.Activity {
	activities := []catalogue.Activity{
		{ID: math.MaxInt64, OccurredAt: time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC), ActorID: 3, Kind: catalogue.TrackPost},
		{ID: math.MaxInt64 - 1, OccurredAt: time.Date(0, time.January, 1, 0, 0, 0, 0, time.UTC), ActorID: 3, Kind: catalogue.TrackPost},
	}
	for id := range int64(160) {
		a := catalogue.Activity{
			ID: id, ActorID: r.Int64N(14), OccurredAt: newYear.Add(time.Duration(r.IntN(40)) * time.Hour).Add(time.Duration(r.IntN(2)) * time.Microsecond),
		}
		switch r.IntN(8) {
		case 0:
			a.Kind, a.TrackID = catalogue.TrackPost, r.Int64N(200)
		case 1:
			a.Kind, a.TrackID = catalogue.TrackRepost, r.Int64N(200)
		case 2:
			a.Kind, a.PlaylistID = catalogue.PlaylistPost, r.Int64N(50)
		case 3:
			a.Kind, a.PlaylistID = catalogue.PlaylistRepost, r.Int64N(50)
		case 4:
			a.Kind, a.TrackID, a.Body = catalogue.Comment, r.Int64N(200), "nice"
		default:
			a.Kind, a.FolloweeID = catalogue.UserFollow, r.Int64N(16)
		}
		activities = append(activities, a)
	}
	return activities
}

func storeActivities(t *testing.T, pool *pgxpool.Pool, activities []catalogue.Activity) {
	t.Helper()
	var rows [][]any
	for _, a := range activities {
		var trackID, playlistID, followeeID, body any
		switch a.Kind {
		case catalogue.TrackPost, catalogue.TrackRepost:
			trackID = a.TrackID
		case catalogue.PlaylistPost, catalogue.PlaylistRepost:
			playlistID = a.PlaylistID
		case catalogue.Comment:
			trackID, body = a.TrackID, a.Body
		case catalogue.UserFollow:
			followeeID = a.FolloweeID
		}
		rows = append(rows, []any{a.ID, a.OccurredAt, a.ActorID, trackID, playlistID, followeeID, string(a.Kind), body})
	}
	copyRows(t, pool, "activities",
		[]string{"id", "occurred_at", "actor_id", "track_id", "playlist_id", "followee_id", "kind", "body"}, rows)
}

// timelineOf is a whole timeline, by its definition.
func (m model) timelineOf(userID int64) []catalogue.Activity {
	actors := []int64{userID}
	for _, a := range m.activities {
		if a.ActorID == userID && a.Kind == catalogue.UserFollow {
			actors = append(actors, a.FolloweeID)
		}
	}
	var list []catalogue.Activity
	for _, a := range m.activities {
		if slices.Contains(actors, a.ActorID) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b catalogue.Activity) int {
		return cmp.Or(b.OccurredAt.Compare(a.OccurredAt), cmp.Compare(b.ID, a.ID))
	})
	return list
}

// cutTimeline is the page of a timeline, by its definition.
func cutTimeline(list []catalogue.Activity, page catalogue.TimelinePage) catalogue.Slice[catalogue.Activity] {
	var slice catalogue.Slice[catalogue.Activity]
	for _, a := range list {
		after := cmp.Or(cmp.Compare(page.AfterMicros, a.Micros()), cmp.Compare(page.AfterID, a.ID))
		switch {
		case page.HasAfter && after <= 0:
			slice.HasPrevious = true
		case len(slice.Items) == page.First:
			slice.HasNext = true
		default:
			slice.Items = append(slice.Items, &a)
			slice.Positions = append(slice.Positions, a.ID)
		}
	}
	return slice
}

// someTimelinePages begin before, on, between and after the activities, at the same time as some, and with a place that is not meant.
func someTimelinePages(r *rand.Rand, activities []catalogue.Activity) []catalogue.TimelinePage {
	pages := []catalogue.TimelinePage{
		{First: 3}, {First: 0}, {First: catalogue.MaxFirst}, {First: 2, AfterMicros: newYear.UnixMicro(), AfterID: 5},
	}
	for _, micros := range []int64{math.MinInt64, -1<<57 - 1, -1 << 57, 0, newYear.UnixMicro() - 1, newYear.UnixMicro(), math.MaxInt64} {
		for _, id := range []int64{math.MinInt64, -1, 0, 70, math.MaxInt64} {
			pages = append(pages, catalogue.TimelinePage{First: 2, AfterMicros: micros, AfterID: id, HasAfter: true})
		}
	}
	for range 30 {
		a := activities[r.IntN(len(activities))]
		pages = append(pages, catalogue.TimelinePage{
			First: r.IntN(8), AfterMicros: a.Micros() + r.Int64N(3) - 1, AfterID: a.ID + r.Int64N(3) - 1, HasAfter: true,
		})
	}
	return pages
}

// Whatever the page, a slice is what cutting the whole timeline gives, of many users in one statement.
func TestStoreTimelinesAreCutsOfTheList(t *testing.T) {
	t.Parallel()
	store, m, r := newStore(t, 5)
	for _, page := range someTimelinePages(r, m.activities) {
		want := map[int64]catalogue.Slice[catalogue.Activity]{}
		for _, id := range parents() {
			want[id] = cutTimeline(m.timelineOf(id), page)
		}
		got, err := store.Timelines(t.Context(), page, parents())
		same(t, "timelines", got, want, err)
	}
}

// Following the last activity of each page gives every one once, newest first.
func TestStoreTimelinesWalkedToTheEndAreTheList(t *testing.T) {
	t.Parallel()
	store, m, _ := newStore(t, 6)
	for _, first := range []int{1, 2, 7, 1000} {
		for _, id := range []int64{0, 3, 5, 11, 13, 15} {
			var list []catalogue.Activity
			page := catalogue.TimelinePage{First: first}
			for more := true; more; {
				slices, err := store.Timelines(t.Context(), page, []int64{id})
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range slices[id].Items {
					list = append(list, *a)
					page.AfterMicros, page.AfterID, page.HasAfter = a.Micros(), a.ID, true
				}
				more = slices[id].HasNext
			}
			same(t, "walk over a timeline", list, m.timelineOf(id), nil)
		}
	}
}
