package graph

import (
	"context"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
)

type accountResolver struct{ *resolver }

func (r accountResolver) User(_ context.Context, a *model.Account) loader.Clump[*catalogue.User] {
	return r.sources.users.Get(a.UserID)
}

func (r accountResolver) Balance(_ context.Context, a *model.Account) loader.Clump[int64] {
	if a.FoundMinor != nil {
		return loader.Value(*a.FoundMinor)
	}
	return r.sources.balances.Get(a.UserID)
}

func (r accountResolver) BalanceAt(_ context.Context, a *model.Account, offset int64) loader.Clump[int64] {
	return r.sources.balancesAt.Get(offset, a.UserID)
}

func (r accountResolver) OutgoingTransfers(
	_ context.Context, a *model.Account, first *int, after *string, orderBy *ledger.HistoryOrder, idFrom, idTo *string,
) loader.Clump[*model.TransferConnection] {
	page, err := parseHistoryPage(first, after, orderBy, idFrom, idTo)
	return history(a, page, err, r.sources.outgoing, r.sources.outgoingCounts)
}

func (r accountResolver) IncomingTransfers(
	_ context.Context, a *model.Account, first *int, after *string, orderBy *ledger.HistoryOrder, idFrom, idTo *string,
) loader.Clump[*model.TransferConnection] {
	page, err := parseHistoryPage(first, after, orderBy, idFrom, idTo)
	return history(a, page, err, r.sources.incoming, r.sources.incomingCounts)
}

// history is a page of the account's transfers, or the error that there was in reading the arguments.
func history(
	a *model.Account, page ledger.HistoryPage, err error,
	pages *loader.ParamSource[ledger.HistoryPage, int64, ledger.Slice[ledger.TransferRecord]],
	counts *loader.ParamSource[ledger.HistoryFilter, int64, int64],
) loader.Clump[*model.TransferConnection] {
	if err != nil {
		return loader.Fail[*model.TransferConnection](err)
	}
	return loader.Value(&model.TransferConnection{
		Page:  transferPage(pages.Get(page, a.UserID)),
		Count: counts.Get(page.HistoryFilter, a.UserID),
	})
}

func (r accountResolver) Deposits(
	_ context.Context, a *model.Account, first *int, after *string,
) loader.Clump[*model.DepositConnection] {
	page, err := parseDepositPage(first, after)
	if err != nil {
		return loader.Fail[*model.DepositConnection](err)
	}
	return loader.Value(&model.DepositConnection{Page: depositPage(r.sources.depositPages.Get(page, a.UserID))})
}

func parseHistoryPage(
	first *int, after *string, orderBy *ledger.HistoryOrder, idFrom, idTo *string,
) (page ledger.HistoryPage, err error) {
	if page.First, err = parseFirst(first); err != nil {
		return page, err
	}
	if after != nil {
		page.HasAfter = true
		if page.After, err = decodeTransferCursor(*after); err != nil {
			return page, err
		}
	}
	if orderBy != nil {
		page.Order = *orderBy
	}
	if idFrom != nil {
		page.HasIDFrom = true
		if page.IDFrom, err = parseText("idFrom", *idFrom); err != nil {
			return page, err
		}
	}
	if idTo != nil {
		page.HasIDTo = true
		page.IDTo, err = parseText("idTo", *idTo)
	}
	return page, err
}

func parseDepositPage(first *int, after *string) (page ledger.DepositPage, err error) {
	if page.First, err = parseFirst(first); err != nil {
		return page, err
	}
	if after != nil {
		page.HasAfter = true
		page.After, err = decodeIntCursor(cursorDeposit, *after)
	}
	return page, err
}

func transferPage(slice loader.Clump[ledger.Slice[ledger.TransferRecord]]) loader.Clump[model.Page[ledger.TransferRecord]] {
	return ledgerPage(slice, func(r *ledger.TransferRecord) string { return transferCursor(r.Cursor()) })
}

func depositPage(slice loader.Clump[ledger.Slice[ledger.DepositRecord]]) loader.Clump[model.Page[ledger.DepositRecord]] {
	return ledgerPage(slice, func(r *ledger.DepositRecord) string { return intCursor(cursorDeposit, r.Position) })
}

// ledgerPage makes a page of the API from one of the ledger.
func ledgerPage[T any](slice loader.Clump[ledger.Slice[T]], cursor func(*T) string) loader.Clump[model.Page[T]] {
	return loader.Map(slice, func(s ledger.Slice[T]) model.Page[T] {
		page := model.Page[T]{
			Items:       make([]*T, len(s.Records)),
			Cursor:      func(i int) string { return cursor(&s.Records[i]) },
			HasNext:     s.HasNext,
			HasPrevious: s.HasPrevious,
		}
		for i := range s.Records {
			page.Items[i] = &s.Records[i]
		}
		return page
	})
}
