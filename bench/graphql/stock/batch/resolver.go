package batch

import (
	"context"

	"github.com/clumpql/clumpql/bench/graphql/stock/model"
	graphmodel "github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// Resolver resolves all parents of a list at once.
type Resolver struct{ Store *catalogue.Store }

// Query implements ResolverRoot.
func (r Resolver) Query() QueryResolver { return query{r} }

// User implements ResolverRoot.
func (r Resolver) User() UserResolver { return user{r} }

// Track implements ResolverRoot.
func (r Resolver) Track() TrackResolver { return track{r} }

// Playlist implements ResolverRoot.
func (r Resolver) Playlist() PlaylistResolver { return playlist{r} }

// users reads a user for each id; nil where there is none. A statement gets each id once.
func (r Resolver) users(ctx context.Context, ids []int64) ([]*catalogue.User, error) {
	return each(ids, func(distinct []int64) (map[int64]*catalogue.User, error) { return r.Store.Users(ctx, distinct) })
}

func (r Resolver) tracks(ctx context.Context, ids []int64) ([]*catalogue.Track, error) {
	return each(ids, func(distinct []int64) (map[int64]*catalogue.Track, error) { return r.Store.Tracks(ctx, distinct) })
}

func (r Resolver) playlists(ctx context.Context, ids []int64) ([]*catalogue.Playlist, error) {
	return each(ids, func(distinct []int64) (map[int64]*catalogue.Playlist, error) { return r.Store.Playlists(ctx, distinct) })
}

// each reads distinct ids and returns a value for each of ids.
func each[V any](ids []int64, read func([]int64) (map[int64]V, error)) ([]V, error) {
	distinct := make([]int64, 0, len(ids))
	seen := make(map[int64]struct{}, len(ids))
	for _, id := range ids {
		if _, twice := seen[id]; !twice {
			seen[id] = struct{}{}
			distinct = append(distinct, id)
		}
	}
	found, err := read(distinct)
	if err != nil {
		return nil, err
	}
	values := make([]V, len(ids))
	for i, id := range ids {
		values[i] = found[id]
	}
	return values, nil
}

// pick takes a figure of each parent.
func pick[P, V any](parents []P, figure func(P) V) []V {
	values := make([]V, len(parents))
	for i, p := range parents {
		values[i] = figure(p)
	}
	return values
}

type query struct{ Resolver }

func (r query) User(ctx context.Context, id string) (*catalogue.User, error) {
	n, err := model.ID(id)
	if err != nil {
		return nil, err
	}
	found, err := r.Store.Users(ctx, []int64{n})
	return found[n], err
}

func (r query) EnrichedTracks(ctx context.Context, ids []string) ([]*graphmodel.EnrichedTrack, error) {
	trackIDs, err := model.IDs(ids)
	if err != nil {
		return nil, err
	}
	tracks, err := r.tracks(ctx, trackIDs)
	if err != nil {
		return nil, err
	}
	return model.Enrich(tracks, func(creatorIDs []int64) ([]*catalogue.User, error) { return r.users(ctx, creatorIDs) })
}

type user struct{ Resolver }

func (r user) Playlists(ctx context.Context, users []*catalogue.User, first *int, after *string) ([]*model.PlaylistConnection, error) {
	page, err := model.Page(model.ByID, first, after)
	if err != nil {
		return nil, err
	}
	slices, err := each(pick(users, func(u *catalogue.User) int64 { return u.ID }),
		func(ids []int64) (map[int64]catalogue.Slice[catalogue.Playlist], error) {
			return r.Store.PlaylistsByCreator(ctx, page, ids)
		})
	return pick(slices, model.Playlists), err
}

type track struct{ Resolver }

func (r track) Creator(ctx context.Context, tracks []*catalogue.Track) ([]*catalogue.User, error) {
	return r.users(ctx, pick(tracks, func(t *catalogue.Track) int64 { return t.CreatorID }))
}

type playlist struct{ Resolver }

func (r playlist) Creator(ctx context.Context, playlists []*catalogue.Playlist) ([]*catalogue.User, error) {
	return r.users(ctx, pick(playlists, func(p *catalogue.Playlist) int64 { return p.CreatorID }))
}

func (r playlist) Tracks(
	ctx context.Context, playlists []*catalogue.Playlist, first *int, after *string,
) ([]*model.TrackConnection, error) {
	page, err := model.Page(model.ByPosition, first, after)
	if err != nil {
		return nil, err
	}
	slices, err := each(pick(playlists, func(p *catalogue.Playlist) int64 { return p.ID }),
		func(ids []int64) (map[int64]catalogue.Slice[catalogue.Track], error) {
			return r.Store.PlaylistTracks(ctx, page, ids)
		})
	return pick(slices, model.Tracks), err
}
