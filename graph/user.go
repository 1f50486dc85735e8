package graph

import (
	"context"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/loader"
)

type userResolver struct{ *resolver }

func (r userResolver) Tracks(
	_ context.Context, u *catalogue.User, first *int, after *string,
) loader.Clump[*model.TrackConnection] {
	page, err := parsePage(cursorID, first, after)
	if err != nil {
		return loader.Fail[*model.TrackConnection](err)
	}
	return loader.Value(&model.TrackConnection{
		Page:  cataloguePage(cursorID, r.sources.creatorTracks.Get(page, u.ID)),
		Count: r.sources.creatorTrackCounts.Get(u.ID),
	})
}

func (r userResolver) Playlists(
	_ context.Context, u *catalogue.User, first *int, after *string,
) loader.Clump[*model.PlaylistConnection] {
	page, err := parsePage(cursorID, first, after)
	if err != nil {
		return loader.Fail[*model.PlaylistConnection](err)
	}
	return loader.Value(&model.PlaylistConnection{
		Page:  cataloguePage(cursorID, r.sources.creatorPlaylists.Get(page, u.ID)),
		Count: r.sources.creatorPlaylistCounts.Get(u.ID),
	})
}

func (r userResolver) Account(_ context.Context, u *catalogue.User) loader.Clump[*model.Account] {
	return loader.Value(account(u.ID))
}
