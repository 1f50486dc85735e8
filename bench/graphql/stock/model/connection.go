package model

import (
	graphmodel "github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// TrackConnection is a page of tracks.
type TrackConnection struct{ Nodes []*catalogue.Track }

// Tracks makes a connection of a page of the catalogue.
func Tracks(s catalogue.Slice[catalogue.Track]) *TrackConnection {
	return &TrackConnection{Nodes: s.Items}
}

// PlaylistConnection is a page of playlists.
type PlaylistConnection struct{ Nodes []*catalogue.Playlist }

// Playlists makes a connection of a page of the catalogue.
func Playlists(s catalogue.Slice[catalogue.Playlist]) *PlaylistConnection {
	return &PlaylistConnection{Nodes: s.Items}
}

// TimelineConnection is a page of a timeline.
type TimelineConnection struct{ Nodes []graphmodel.TimelineItem }

// Timeline makes a connection of a page of the catalogue.
func Timeline(s catalogue.Slice[catalogue.Activity]) *TimelineConnection {
	items := make([]graphmodel.TimelineItem, len(s.Items))
	for i, a := range s.Items {
		items[i] = graphmodel.NewTimelineItem(a)
	}
	return &TimelineConnection{Nodes: items}
}
