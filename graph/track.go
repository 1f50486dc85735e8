package graph

import (
	"context"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/loader"
)

type trackResolver struct{ *resolver }

func (r trackResolver) Creator(_ context.Context, t *catalogue.Track) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(t.CreatorID)
}

func (r queryResolver) Tracks(
	_ context.Context, first *int, after, creatorID, genre *string,
) loader.Clump[*model.TrackConnection] {
	page, err := parsePage(cursorID, first, after)
	if err != nil {
		return loader.Fail[*model.TrackConnection](err)
	}
	filter, err := trackFilter(creatorID, genre)
	if err != nil {
		return loader.Fail[*model.TrackConnection](err)
	}
	return loader.Value(&model.TrackConnection{
		Page:  cataloguePage(cursorID, r.sources.trackPages.Get(trackPage{filter, page})),
		Count: r.sources.trackCounts.Get(filter),
	})
}

func trackFilter(creatorID, genre *string) (filter catalogue.TrackFilter, err error) {
	if creatorID != nil {
		filter.HasCreator = true
		if filter.CreatorID, err = parseID("creatorId", *creatorID); err != nil {
			return filter, err
		}
	}
	if genre != nil {
		filter.HasGenre = true
		filter.Genre, err = parseText("genre", *genre)
	}
	return filter, err
}
