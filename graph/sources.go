package graph

import (
	"context"

	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
)

// batchSize is the most keys that one statement takes.
const batchSize = 1000

// sources are all there is to fetch. Pages and counts below many parents are parametrised by what page and which filter, and keyed
// by the parents.
type sources struct {
	users     *loader.Source[int64, *catalogue.User]
	tracks    *loader.Source[int64, *catalogue.Track]
	playlists *loader.Source[int64, *catalogue.Playlist]

	trackPages            *loader.Source[trackPage, catalogue.Slice[catalogue.Track]]
	trackCounts           *loader.Source[catalogue.TrackFilter, int64]
	creatorTracks         *loader.ParamSource[catalogue.Page, int64, catalogue.Slice[catalogue.Track]]
	creatorTrackCounts    *loader.Source[int64, int64]
	creatorPlaylists      *loader.ParamSource[catalogue.Page, int64, catalogue.Slice[catalogue.Playlist]]
	creatorPlaylistCounts *loader.Source[int64, int64]
	playlistTracks        *loader.ParamSource[catalogue.Page, int64, catalogue.Slice[catalogue.Track]]
	playlistTrackCounts   *loader.Source[int64, int64]
	timelines             *loader.ParamSource[catalogue.TimelinePage, int64, catalogue.Slice[catalogue.Activity]]

	balances       *loader.Source[int64, int64]
	balancesAt     *loader.ParamSource[int64, int64, int64]
	transfers      *loader.Source[ledger.TransferKey, ledger.TransferRecord]
	deposits       *loader.Source[ledger.DepositKey, ledger.DepositRecord]
	outgoing       *loader.ParamSource[ledger.HistoryPage, int64, ledger.Slice[ledger.TransferRecord]]
	outgoingCounts *loader.ParamSource[ledger.HistoryFilter, int64, int64]
	incoming       *loader.ParamSource[ledger.HistoryPage, int64, ledger.Slice[ledger.TransferRecord]]
	incomingCounts *loader.ParamSource[ledger.HistoryFilter, int64, int64]
	depositPages   *loader.ParamSource[ledger.DepositPage, int64, ledger.Slice[ledger.DepositRecord]]
	ledgerStatus   *loader.Source[struct{}, ledger.LedgerStatus]
}

// trackPage is a page of a list of tracks that has no parent.
type trackPage struct {
	filter catalogue.TrackFilter
	page   catalogue.Page
}

func newSources(store *catalogue.Store, pstates *ledger.PStates) *sources {
	return &sources{
		users:     source("users", store.Users),
		tracks:    source("tracks", store.Tracks),
		playlists: source("playlists", store.Playlists),

		trackPages: single("trackPages", func(ctx context.Context, k trackPage) (catalogue.Slice[catalogue.Track], error) {
			return store.TracksPage(ctx, k.filter, k.page)
		}),
		trackCounts:           single("trackCounts", store.TracksCount),
		creatorTracks:         paramSource("creatorTracks", store.TracksByCreator),
		creatorTrackCounts:    source("creatorTrackCounts", store.TracksByCreatorCounts),
		creatorPlaylists:      paramSource("creatorPlaylists", store.PlaylistsByCreator),
		creatorPlaylistCounts: source("creatorPlaylistCounts", store.PlaylistsByCreatorCounts),
		playlistTracks:        paramSource("playlistTracks", store.PlaylistTracks),
		playlistTrackCounts:   source("playlistTrackCounts", store.PlaylistTracksCounts),
		timelines:             paramSource("timelines", store.Timelines),

		balances:       source("balances", pstates.Balances),
		balancesAt:     paramSource("balancesAt", pstates.BalancesAt),
		transfers:      source("transfers", pstates.Transfers),
		deposits:       source("deposits", pstates.Deposits),
		outgoing:       paramSource("outgoingTransfers", pstates.OutgoingPages),
		outgoingCounts: paramSource("outgoingTransferCounts", pstates.OutgoingCounts),
		incoming:       paramSource("incomingTransfers", pstates.IncomingPages),
		incomingCounts: paramSource("incomingTransferCounts", pstates.IncomingCounts),
		depositPages:   paramSource("depositPages", pstates.DepositPages),
		ledgerStatus: single("ledgerStatus", func(ctx context.Context, _ struct{}) (ledger.LedgerStatus, error) {
			return pstates.ReadStatus(ctx)
		}),
	}
}

// source makes a source of what takes one statement for all keys.
func source[K comparable, V any](name string, fetch func(context.Context, []K) (map[K]V, error)) *loader.Source[K, V] {
	return loader.NewSource(name, fromMap(fetch), loader.MaxBatchSize(batchSize))
}

// single makes a source of what has a statement for each key. Batches are of one key: an explanation then shows each statement.
func single[K comparable, V any](name string, fetch func(context.Context, K) (V, error)) *loader.Source[K, V] {
	return loader.NewSource(name, loader.FromSingle(func(ctx context.Context, key K) (value V, err error) {
		a := askedFor(ctx)
		a.begin()
		value, err = fetch(ctx, key)
		a.end(err)
		return value, err
	}), loader.MaxBatchSize(1))
}

func paramSource[P, K comparable, V any](
	name string, fetch func(context.Context, P, []K) (map[K]V, error),
) *loader.ParamSource[P, K, V] {
	return loader.NewParamSource(name, func(p P) loader.Fetch[K, V] {
		return fromMap(func(ctx context.Context, keys []K) (map[K]V, error) { return fetch(ctx, p, keys) })
	}, loader.MaxBatchSize(batchSize))
}

// fromMap is loader.FromMap of what asks Postgres.
func fromMap[K comparable, V any](fetch func(context.Context, []K) (map[K]V, error)) loader.Fetch[K, V] {
	return loader.FromMap(func(ctx context.Context, keys []K) (map[K]V, error) {
		growStack(0)
		a := askedFor(ctx)
		a.begin()
		values, err := fetch(ctx, keys)
		a.end(err)
		return values, err
	})
}
