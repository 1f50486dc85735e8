package model

import (
	graphmodel "github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// Enrich joins tracks with their creators: a track that is nil, or whose creator is, is left out. users returns a user for each id.
func Enrich(
	tracks []*catalogue.Track, users func(ids []int64) ([]*catalogue.User, error),
) ([]*graphmodel.EnrichedTrack, error) {
	found := make([]*catalogue.Track, 0, len(tracks))
	creatorIDs := make([]int64, 0, len(tracks))
	for _, t := range tracks {
		if t != nil {
			found = append(found, t)
			creatorIDs = append(creatorIDs, t.CreatorID)
		}
	}
	creators, err := users(creatorIDs)
	if err != nil {
		return nil, err
	}
	enriched := make([]*graphmodel.EnrichedTrack, 0, len(found))
	for i, t := range found {
		if creators[i] != nil {
			enriched = append(enriched, &graphmodel.EnrichedTrack{Track: t, Creator: creators[i]})
		}
	}
	return enriched, nil
}
