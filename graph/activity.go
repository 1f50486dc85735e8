package graph

import (
	"context"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/loader"
)

// Of every type of item the one who acts is the actor, whatever the API calls them besides.

type trackPostResolver struct{ *resolver }

func (r trackPostResolver) Actor(_ context.Context, p *model.TrackPost) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(p.ActorID)
}

func (r trackPostResolver) Track(_ context.Context, p *model.TrackPost) loader.Clump[*catalogue.Track] {
	return r.sources.tracks.Get(p.TrackID)
}

type trackRepostResolver struct{ *resolver }

func (r trackRepostResolver) Actor(_ context.Context, p *model.TrackRepost) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(p.ActorID)
}

func (r trackRepostResolver) Reposter(_ context.Context, p *model.TrackRepost) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(p.ActorID)
}

func (r trackRepostResolver) Track(_ context.Context, p *model.TrackRepost) loader.Clump[*catalogue.Track] {
	return r.sources.tracks.Get(p.TrackID)
}

type playlistPostResolver struct{ *resolver }

func (r playlistPostResolver) Actor(_ context.Context, p *model.PlaylistPost) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(p.ActorID)
}

func (r playlistPostResolver) Playlist(_ context.Context, p *model.PlaylistPost) loader.Clump[*catalogue.Playlist] {
	return r.sources.playlists.Get(p.PlaylistID)
}

type playlistRepostResolver struct{ *resolver }

func (r playlistRepostResolver) Actor(_ context.Context, p *model.PlaylistRepost) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(p.ActorID)
}

func (r playlistRepostResolver) Reposter(_ context.Context, p *model.PlaylistRepost) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(p.ActorID)
}

func (r playlistRepostResolver) Playlist(_ context.Context, p *model.PlaylistRepost) loader.Clump[*catalogue.Playlist] {
	return r.sources.playlists.Get(p.PlaylistID)
}

type commentResolver struct{ *resolver }

func (r commentResolver) Actor(_ context.Context, c *model.Comment) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(c.ActorID)
}

func (r commentResolver) User(_ context.Context, c *model.Comment) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(c.ActorID)
}

func (r commentResolver) Track(_ context.Context, c *model.Comment) loader.Clump[*catalogue.Track] {
	return r.sources.tracks.Get(c.TrackID)
}

type userFollowResolver struct{ *resolver }

func (r userFollowResolver) Actor(_ context.Context, f *model.UserFollow) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(f.ActorID)
}

func (r userFollowResolver) Follower(_ context.Context, f *model.UserFollow) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(f.ActorID)
}

func (r userFollowResolver) Followee(_ context.Context, f *model.UserFollow) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(f.FolloweeID)
}
