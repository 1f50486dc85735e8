package main

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clumpql/clumpql/bench/graphql/stock/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// timelineParts are what the items of a timeline name.
type timelineParts struct {
	users     map[int64]*catalogue.User
	tracks    map[int64]*catalogue.Track
	playlists map[int64]*catalogue.Playlist
}

func (h *byHand) timeline(ctx context.Context, user string, out *jsonBuffer) error {
	const items = 100 // as the query has it
	userID, err := model.ID(user)
	if err != nil {
		return err
	}
	found, err := h.store.Timelines(ctx, catalogue.TimelinePage{First: items}, []int64{userID})
	if err != nil {
		return err
	}
	activities := found[userID].Items
	parts, err := h.timelineParts(ctx, activities)
	if err != nil {
		return err
	}
	out.text(`{"data":{"timeline":{"nodes":[`)
	first := true
	for _, a := range activities {
		out.comma(&first)
		out.activity(a, parts)
	}
	out.text(`]}}}`)
	return nil
}

// timelineParts reads what the activities name, of each kind in one statement, all at the same time.
func (h *byHand) timelineParts(ctx context.Context, activities []*catalogue.Activity) (parts timelineParts, err error) {
	users, tracks, playlists := newKeys(len(activities)), newKeys(len(activities)), newKeys(len(activities))
	for _, a := range activities {
		users.add(a.ActorID)
		switch a.Kind {
		case catalogue.TrackPost, catalogue.TrackRepost, catalogue.Comment:
			tracks.add(a.TrackID)
		case catalogue.PlaylistPost, catalogue.PlaylistRepost:
			playlists.add(a.PlaylistID)
		case catalogue.UserFollow:
			users.add(a.FolloweeID)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		parts.tracks, err = h.store.Tracks(ctx, tracks.ids)
		return err
	})
	group.Go(func() (err error) {
		parts.playlists, err = h.store.Playlists(ctx, playlists.ids)
		return err
	})
	parts.users, err = h.store.Users(ctx, users.ids)
	if failed := group.Wait(); err == nil {
		err = failed
	}
	return parts, err
}

// typeNames are the API's names of the kinds.
var typeNames = map[catalogue.ActivityKind]string{
	catalogue.TrackPost:      "TrackPost",
	catalogue.TrackRepost:    "TrackRepost",
	catalogue.PlaylistPost:   "PlaylistPost",
	catalogue.PlaylistRepost: "PlaylistRepost",
	catalogue.Comment:        "Comment",
	catalogue.UserFollow:     "UserFollow",
}

func (b *jsonBuffer) activity(a *catalogue.Activity, parts timelineParts) {
	b.text(`{"__typename":"`).text(typeNames[a.Kind]).text(`","id":"`).integer(a.ID).text(`","occurredAt":"`)
	b.out = a.OccurredAt.UTC().AppendFormat(b.out, time.RFC3339Nano)
	b.text(`","actor":`).user(parts.users[a.ActorID])
	switch a.Kind {
	case catalogue.Comment:
		b.text(`,"body":`).quoted(a.Body)
		b.text(`,"track":`).track(parts.tracks[a.TrackID])
	case catalogue.TrackPost, catalogue.TrackRepost:
		b.text(`,"track":`).track(parts.tracks[a.TrackID])
	case catalogue.PlaylistPost, catalogue.PlaylistRepost:
		b.text(`,"playlist":`).playlistTitle(parts.playlists[a.PlaylistID])
	case catalogue.UserFollow:
		b.text(`,"followee":`).user(parts.users[a.FolloweeID])
	}
	b.text(`}`)
}

func (b *jsonBuffer) track(t *catalogue.Track) *jsonBuffer {
	if t == nil {
		return b.text(`null`)
	}
	return b.text(`{"id":"`).integer(t.ID).text(`","title":`).quoted(t.Title).text(`}`)
}

func (b *jsonBuffer) playlistTitle(p *catalogue.Playlist) *jsonBuffer {
	if p == nil {
		return b.text(`null`)
	}
	return b.text(`{"id":"`).integer(p.ID).text(`","title":`).quoted(p.Title).text(`}`)
}
