package graph

import (
	"context"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/loader"
)

type playlistResolver struct{ *resolver }

func (r playlistResolver) Creator(_ context.Context, p *catalogue.Playlist) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(p.CreatorID)
}

func (r playlistResolver) Tracks(
	_ context.Context, p *catalogue.Playlist, first *int, after *string,
) loader.Clump[*model.TrackConnection] {
	page, err := parsePage(cursorPosition, first, after)
	if err != nil {
		return loader.Fail[*model.TrackConnection](err)
	}
	return loader.Value(&model.TrackConnection{
		Page:  cataloguePage(cursorPosition, r.sources.playlistTracks.Get(page, p.ID)),
		Count: r.sources.playlistTrackCounts.Get(p.ID),
	})
}
