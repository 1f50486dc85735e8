package stock

import (
	"context"

	"github.com/clumpql/clumpql/bench/graphql/stock/model"
	graphmodel "github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// TrackPost implements ResolverRoot.
func (Resolver) TrackPost() TrackPostResolver { return trackPost{} }

// TrackRepost implements ResolverRoot.
func (Resolver) TrackRepost() TrackRepostResolver { return trackRepost{} }

// PlaylistPost implements ResolverRoot.
func (Resolver) PlaylistPost() PlaylistPostResolver { return playlistPost{} }

// PlaylistRepost implements ResolverRoot.
func (Resolver) PlaylistRepost() PlaylistRepostResolver { return playlistRepost{} }

// Comment implements ResolverRoot.
func (Resolver) Comment() CommentResolver { return comment{} }

// UserFollow implements ResolverRoot.
func (Resolver) UserFollow() UserFollowResolver { return userFollow{} }

func (r query) Timeline(ctx context.Context, userID string, first *int, after *string) (*model.TimelineConnection, error) {
	id, err := model.ID(userID)
	if err != nil {
		return nil, err
	}
	page, err := model.TimelinePage(first, after)
	if err != nil {
		return nil, err
	}
	found, err := r.Store.Timelines(ctx, page, []int64{id})
	return model.Timeline(found[id]), err
}

type trackPost struct{}

func (trackPost) Actor(ctx context.Context, p *graphmodel.TrackPost) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, p.ActorID)
}

func (trackPost) Track(ctx context.Context, p *graphmodel.TrackPost) (*catalogue.Track, error) {
	return loaders(ctx).Tracks.Load(ctx, p.TrackID)
}

type trackRepost struct{}

func (trackRepost) Actor(ctx context.Context, p *graphmodel.TrackRepost) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, p.ActorID)
}

func (trackRepost) Reposter(ctx context.Context, p *graphmodel.TrackRepost) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, p.ActorID)
}

func (trackRepost) Track(ctx context.Context, p *graphmodel.TrackRepost) (*catalogue.Track, error) {
	return loaders(ctx).Tracks.Load(ctx, p.TrackID)
}

type playlistPost struct{}

func (playlistPost) Actor(ctx context.Context, p *graphmodel.PlaylistPost) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, p.ActorID)
}

func (playlistPost) Playlist(ctx context.Context, p *graphmodel.PlaylistPost) (*catalogue.Playlist, error) {
	return loaders(ctx).Playlists.Load(ctx, p.PlaylistID)
}

type playlistRepost struct{}

func (playlistRepost) Actor(ctx context.Context, p *graphmodel.PlaylistRepost) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, p.ActorID)
}

func (playlistRepost) Reposter(ctx context.Context, p *graphmodel.PlaylistRepost) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, p.ActorID)
}

func (playlistRepost) Playlist(ctx context.Context, p *graphmodel.PlaylistRepost) (*catalogue.Playlist, error) {
	return loaders(ctx).Playlists.Load(ctx, p.PlaylistID)
}

type comment struct{}

func (comment) Actor(ctx context.Context, c *graphmodel.Comment) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, c.ActorID)
}

func (comment) User(ctx context.Context, c *graphmodel.Comment) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, c.ActorID)
}

func (comment) Track(ctx context.Context, c *graphmodel.Comment) (*catalogue.Track, error) {
	return loaders(ctx).Tracks.Load(ctx, c.TrackID)
}

type userFollow struct{}

func (userFollow) Actor(ctx context.Context, f *graphmodel.UserFollow) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, f.ActorID)
}

func (userFollow) Follower(ctx context.Context, f *graphmodel.UserFollow) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, f.ActorID)
}

func (userFollow) Followee(ctx context.Context, f *graphmodel.UserFollow) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, f.FolloweeID)
}
