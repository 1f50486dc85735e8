package graph

import (
	"context"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
)

type queryResolver struct{ *resolver }

func (r queryResolver) Track(_ context.Context, id string) loader.Clump[*catalogue.Track] {
	return byID("id", id, r.sources.tracks)
}

func (r queryResolver) TracksByID(_ context.Context, ids []string) loader.Clump[[]*catalogue.Track] {
	return byIDs("ids", ids, r.sources.tracks)
}

func (r queryResolver) EnrichedTracks(_ context.Context, ids []string) loader.Clump[[]*model.EnrichedTrack] {
	trackIDs, err := parseIDs("ids", ids)
	if err != nil {
		return loader.Fail[[]*model.EnrichedTrack](err)
	}
	return loader.FlatMap(r.sources.tracks.GetAll(trackIDs), func(tracks []*catalogue.Track) loader.Clump[[]*model.EnrichedTrack] {
		creatorIDs := make([]int64, len(tracks))
		for i, t := range tracks {
			creatorIDs[i] = t.CreatorID
		}
		return loader.Map(r.sources.users.GetAll(creatorIDs), func(creators []*catalogue.User) []*model.EnrichedTrack {
			return enrichedTracks(tracks, creators)
		})
	})
}

// enrichedTracks is the inner join of tracks with their creators, which are in the order of the tracks; those that do not exist are left
// out. A Map for each track would come to the same, and cost three allocations for it.
func enrichedTracks(tracks []*catalogue.Track, creators []*catalogue.User) []*model.EnrichedTrack {
	joined := make([]model.EnrichedTrack, len(creators))
	pointers := make([]*model.EnrichedTrack, 0, len(creators))
	for _, t := range tracks {
		n := len(pointers)
		if n == len(creators) {
			break
		}
		if creators[n].ID == t.CreatorID {
			joined[n] = model.EnrichedTrack{Track: t, Creator: creators[n]}
			pointers = append(pointers, &joined[n])
		}
	}
	return pointers
}

func (r queryResolver) User(_ context.Context, id string) loader.Clump[*catalogue.User] {
	return byID("id", id, r.sources.users)
}

func (r queryResolver) UsersByID(_ context.Context, ids []string) loader.Clump[[]*catalogue.User] {
	return byIDs("ids", ids, r.sources.users)
}

func (r queryResolver) Playlist(_ context.Context, id string) loader.Clump[*catalogue.Playlist] {
	return byID("id", id, r.sources.playlists)
}

func (r queryResolver) Account(_ context.Context, userID string) loader.Clump[*model.Account] {
	id, err := parseID("userId", userID)
	if err != nil {
		return loader.Fail[*model.Account](err)
	}
	return loader.Value(account(id))
}

func (r queryResolver) Accounts(_ context.Context, userIDs []string) loader.Clump[[]*model.Account] {
	ids, err := parseIDs("userIds", userIDs)
	if err != nil {
		return loader.Fail[[]*model.Account](err)
	}
	accounts := make([]*model.Account, len(ids))
	for i, id := range ids {
		accounts[i] = account(id)
	}
	return loader.Value(accounts)
}

func (r queryResolver) Transfer(_ context.Context, fromUserID, id string) loader.Clump[*ledger.TransferRecord] {
	payer, err := parseID("fromUserId", fromUserID)
	if err != nil {
		return loader.Fail[*ledger.TransferRecord](err)
	}
	return r.transfer(ledger.TransferKey{FromUserID: payer, ID: id})
}

func (r queryResolver) Ledger(context.Context) loader.Clump[*ledger.LedgerStatus] {
	return loader.Map(r.sources.ledgerStatus.Get(struct{}{}), pointer)
}

func pointer[T any](v T) *T { return &v }

// byID gets what the id in an argument names.
func byID[T any](field, id string, s *loader.Source[int64, *T]) loader.Clump[*T] {
	n, err := parseID(field, id)
	if err != nil {
		return loader.Fail[*T](err)
	}
	return s.Get(n)
}

// byIDs gets what the ids in an argument name, in their order, with nil for what is missing.
func byIDs[T any](field string, ids []string, s *loader.Source[int64, *T]) loader.Clump[[]*T] {
	ns, err := parseIDs(field, ids)
	if err != nil {
		return loader.Fail[[]*T](err)
	}
	return loader.Traverse(ns, func(n int64) loader.Clump[*T] { return orNull(s.Get(n)) })
}
