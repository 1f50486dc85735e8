package model

import (
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
)

// Page is a part of a list as an answer shows it.
type Page[T any] struct {
	Items       []*T
	Cursor      func(i int) string // of the i-th item: most queries ask for none
	HasNext     bool
	HasPrevious bool
}

// Connection is a list that is fetched only as far as a query selects it: its page for edges, nodes and pageInfo together, its count
// for totalCount, both in the same wave.
type Connection[T any] struct {
	Page  loader.Clump[Page[T]]
	Count loader.Clump[int64]
}

// Edge is an item with its cursor.
type Edge[T any] struct {
	Cursor string
	Node   *T
}

// gqlgen binds a type of the schema to a named Go type.
type (
	// TrackConnection is a list of tracks.
	TrackConnection Connection[catalogue.Track]
	// TrackEdge is a track in its place.
	TrackEdge Edge[catalogue.Track]
	// PlaylistConnection is a list of playlists.
	PlaylistConnection Connection[catalogue.Playlist]
	// PlaylistEdge is a playlist in its place.
	PlaylistEdge Edge[catalogue.Playlist]
	// TransferConnection is a list of transfers.
	TransferConnection Connection[ledger.TransferRecord]
	// TransferEdge is a transfer in its place.
	TransferEdge Edge[ledger.TransferRecord]
	// DepositConnection is a list of deposits.
	DepositConnection Connection[ledger.DepositRecord]
	// DepositEdge is a deposit in its place.
	DepositEdge Edge[ledger.DepositRecord]
	// TimelineConnection is the timeline of a user.
	TimelineConnection Connection[catalogue.Activity]
)

// PageInfo tells where a page lies in its connection.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}
