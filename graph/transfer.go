package graph

import (
	"context"

	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
)

func (r *resolver) transfer(key ledger.TransferKey) loader.Clump[*ledger.TransferRecord] {
	return loader.Map(r.sources.transfers.Get(key), pointer)
}

func (r *resolver) deposit(key ledger.DepositKey) loader.Clump[*ledger.DepositRecord] {
	return loader.Map(r.sources.deposits.Get(key), pointer)
}

type transferResolver struct{ *resolver }

func (r transferResolver) From(_ context.Context, t *ledger.TransferRecord) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(t.FromUserID)
}

func (r transferResolver) To(_ context.Context, t *ledger.TransferRecord) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(t.ToUserID)
}

// Cursor is the one of the transfer's edge in every history.
func (r transferResolver) Cursor(_ context.Context, t *ledger.TransferRecord) loader.Clump[*string] {
	if t.Status == ledger.Pending {
		return loader.Value[*string](nil)
	}
	cursor := transferCursor(t.Cursor())
	return loader.Value(&cursor)
}

type depositResolver struct{ *resolver }

func (r depositResolver) User(_ context.Context, d *ledger.DepositRecord) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(d.UserID)
}
