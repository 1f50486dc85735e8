package stock

import (
	"context"

	"github.com/clumpql/clumpql/bench/graphql/stock/model"
	graphmodel "github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// Resolver resolves by the loaders of the request, and what there is only one of by the store.
type Resolver struct{ Store *catalogue.Store }

// Query implements ResolverRoot.
func (r Resolver) Query() QueryResolver { return query{r} }

// User implements ResolverRoot.
func (Resolver) User() UserResolver { return user{} }

// Track implements ResolverRoot.
func (Resolver) Track() TrackResolver { return track{} }

// Playlist implements ResolverRoot.
func (Resolver) Playlist() PlaylistResolver { return playlist{} }

type query struct{ Resolver }

func (query) User(ctx context.Context, id string) (*catalogue.User, error) {
	n, err := model.ID(id)
	if err != nil {
		return nil, err
	}
	return loaders(ctx).Users.Load(ctx, n)
}

func (query) EnrichedTracks(ctx context.Context, ids []string) ([]*graphmodel.EnrichedTrack, error) {
	trackIDs, err := model.IDs(ids)
	if err != nil {
		return nil, err
	}
	tracks, err := loaders(ctx).Tracks.LoadAll(ctx, trackIDs)
	if err != nil {
		return nil, err
	}
	return model.Enrich(tracks, func(creatorIDs []int64) ([]*catalogue.User, error) {
		return loaders(ctx).Users.LoadAll(ctx, creatorIDs)
	})
}

type user struct{}

func (user) Playlists(ctx context.Context, u *catalogue.User, first *int, after *string) (*model.PlaylistConnection, error) {
	page, err := model.Page(model.ByID, first, after)
	if err != nil {
		return nil, err
	}
	slice, err := loaders(ctx).CreatorPlaylists.Load(ctx, PageKey{page, u.ID})
	return model.Playlists(slice), err
}

type track struct{}

func (track) Creator(ctx context.Context, t *catalogue.Track) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, t.CreatorID)
}

type playlist struct{}

func (playlist) Creator(ctx context.Context, p *catalogue.Playlist) (*catalogue.User, error) {
	return loaders(ctx).Users.Load(ctx, p.CreatorID)
}

func (playlist) Tracks(ctx context.Context, p *catalogue.Playlist, first *int, after *string) (*model.TrackConnection, error) {
	page, err := model.Page(model.ByPosition, first, after)
	if err != nil {
		return nil, err
	}
	slice, err := loaders(ctx).PlaylistTracks.Load(ctx, PageKey{page, p.ID})
	return model.Tracks(slice), err
}
