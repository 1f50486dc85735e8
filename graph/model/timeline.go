package model

import "github.com/clumpql/clumpql/internal/catalogue"

// TimelineItem is an activity as the type of the API that its kind makes it.
type TimelineItem interface{ isTimelineItem() }

// Each is the activity itself, so that making an item of one costs nothing.
type (
	// TrackPost is a track that somebody posted.
	TrackPost catalogue.Activity
	// TrackRepost is a track that somebody passed on.
	TrackRepost catalogue.Activity
	// PlaylistPost is a playlist that somebody posted.
	PlaylistPost catalogue.Activity
	// PlaylistRepost is a playlist that somebody passed on.
	PlaylistRepost catalogue.Activity
	// Comment is what somebody wrote about a track.
	Comment catalogue.Activity
	// UserFollow is somebody's beginning to follow another.
	UserFollow catalogue.Activity
)

func (*TrackPost) isTimelineItem()      {}
func (*TrackRepost) isTimelineItem()    {}
func (*PlaylistPost) isTimelineItem()   {}
func (*PlaylistRepost) isTimelineItem() {}
func (*Comment) isTimelineItem()        {}
func (*UserFollow) isTimelineItem()     {}

// NewTimelineItem returns the activity as an item; nil for an unknown kind, of which the catalogue has none.
func NewTimelineItem(a *catalogue.Activity) TimelineItem {
	switch a.Kind {
	case catalogue.TrackPost:
		return (*TrackPost)(a)
	case catalogue.TrackRepost:
		return (*TrackRepost)(a)
	case catalogue.PlaylistPost:
		return (*PlaylistPost)(a)
	case catalogue.PlaylistRepost:
		return (*PlaylistRepost)(a)
	case catalogue.Comment:
		return (*Comment)(a)
	case catalogue.UserFollow:
		return (*UserFollow)(a)
	}
	return nil
}

// TimelineEdge is an item in its place.
type TimelineEdge struct {
	Cursor string
	Node   TimelineItem
}
