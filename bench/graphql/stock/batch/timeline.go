package batch

import (
	"context"

	"github.com/clumpql/clumpql/bench/graphql/stock/model"
	graphmodel "github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// TrackPost implements ResolverRoot.
func (r Resolver) TrackPost() TrackPostResolver { return trackPost{r} }

// TrackRepost implements ResolverRoot.
func (r Resolver) TrackRepost() TrackRepostResolver { return trackRepost{r} }

// PlaylistPost implements ResolverRoot.
func (r Resolver) PlaylistPost() PlaylistPostResolver { return playlistPost{r} }

// PlaylistRepost implements ResolverRoot.
func (r Resolver) PlaylistRepost() PlaylistRepostResolver { return playlistRepost{r} }

// Comment implements ResolverRoot.
func (r Resolver) Comment() CommentResolver { return comment{r} }

// UserFollow implements ResolverRoot.
func (r Resolver) UserFollow() UserFollowResolver { return userFollow{r} }

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

type trackPost struct{ Resolver }

func (r trackPost) Actor(ctx context.Context, posts []*graphmodel.TrackPost) ([]*catalogue.User, error) {
	return r.users(ctx, pick(posts, func(p *graphmodel.TrackPost) int64 { return p.ActorID }))
}

func (r trackPost) Track(ctx context.Context, posts []*graphmodel.TrackPost) ([]*catalogue.Track, error) {
	return r.tracks(ctx, pick(posts, func(p *graphmodel.TrackPost) int64 { return p.TrackID }))
}

type trackRepost struct{ Resolver }

func (r trackRepost) Actor(ctx context.Context, reposts []*graphmodel.TrackRepost) ([]*catalogue.User, error) {
	return r.users(ctx, pick(reposts, func(p *graphmodel.TrackRepost) int64 { return p.ActorID }))
}

func (r trackRepost) Reposter(ctx context.Context, reposts []*graphmodel.TrackRepost) ([]*catalogue.User, error) {
	return r.users(ctx, pick(reposts, func(p *graphmodel.TrackRepost) int64 { return p.ActorID }))
}

func (r trackRepost) Track(ctx context.Context, reposts []*graphmodel.TrackRepost) ([]*catalogue.Track, error) {
	return r.tracks(ctx, pick(reposts, func(p *graphmodel.TrackRepost) int64 { return p.TrackID }))
}

type playlistPost struct{ Resolver }

func (r playlistPost) Actor(ctx context.Context, posts []*graphmodel.PlaylistPost) ([]*catalogue.User, error) {
	return r.users(ctx, pick(posts, func(p *graphmodel.PlaylistPost) int64 { return p.ActorID }))
}

func (r playlistPost) Playlist(ctx context.Context, posts []*graphmodel.PlaylistPost) ([]*catalogue.Playlist, error) {
	return r.playlists(ctx, pick(posts, func(p *graphmodel.PlaylistPost) int64 { return p.PlaylistID }))
}

type playlistRepost struct{ Resolver }

func (r playlistRepost) Actor(ctx context.Context, reposts []*graphmodel.PlaylistRepost) ([]*catalogue.User, error) {
	return r.users(ctx, pick(reposts, func(p *graphmodel.PlaylistRepost) int64 { return p.ActorID }))
}

func (r playlistRepost) Reposter(ctx context.Context, reposts []*graphmodel.PlaylistRepost) ([]*catalogue.User, error) {
	return r.users(ctx, pick(reposts, func(p *graphmodel.PlaylistRepost) int64 { return p.ActorID }))
}

func (r playlistRepost) Playlist(ctx context.Context, reposts []*graphmodel.PlaylistRepost) ([]*catalogue.Playlist, error) {
	return r.playlists(ctx, pick(reposts, func(p *graphmodel.PlaylistRepost) int64 { return p.PlaylistID }))
}

type comment struct{ Resolver }

func (r comment) Actor(ctx context.Context, comments []*graphmodel.Comment) ([]*catalogue.User, error) {
	return r.users(ctx, pick(comments, func(c *graphmodel.Comment) int64 { return c.ActorID }))
}

func (r comment) User(ctx context.Context, comments []*graphmodel.Comment) ([]*catalogue.User, error) {
	return r.users(ctx, pick(comments, func(c *graphmodel.Comment) int64 { return c.ActorID }))
}

func (r comment) Track(ctx context.Context, comments []*graphmodel.Comment) ([]*catalogue.Track, error) {
	return r.tracks(ctx, pick(comments, func(c *graphmodel.Comment) int64 { return c.TrackID }))
}

type userFollow struct{ Resolver }

func (r userFollow) Actor(ctx context.Context, follows []*graphmodel.UserFollow) ([]*catalogue.User, error) {
	return r.users(ctx, pick(follows, func(f *graphmodel.UserFollow) int64 { return f.ActorID }))
}

func (r userFollow) Follower(ctx context.Context, follows []*graphmodel.UserFollow) ([]*catalogue.User, error) {
	return r.users(ctx, pick(follows, func(f *graphmodel.UserFollow) int64 { return f.ActorID }))
}

func (r userFollow) Followee(ctx context.Context, follows []*graphmodel.UserFollow) ([]*catalogue.User, error) {
	return r.users(ctx, pick(follows, func(f *graphmodel.UserFollow) int64 { return f.FolloweeID }))
}
