package graph

import (
	"context"
	"iter"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/ledger"
)

type subscriptionResolver struct{ *resolver }

// BalanceChanged shows each balance as the feed found it: read again for the event it could be the next one, which would then come twice.
func (r subscriptionResolver) BalanceChanged(ctx context.Context, userID string) (<-chan *model.Account, error) {
	id, err := parseID("userId", userID)
	if err != nil {
		return nil, err
	}
	return stream(ctx, r.ended, r.feed.Balances(ctx, id), func(balance int64) *model.Account {
		return &model.Account{UserID: id, FoundMinor: &balance}
	}), nil
}

func (r subscriptionResolver) TransferSettled(ctx context.Context, userID string, after *string) (<-chan *ledger.TransferRecord, error) {
	id, err := parseID("userId", userID)
	if err != nil {
		return nil, err
	}
	position, err := r.positionOf(ctx, after)
	if err != nil {
		return nil, err
	}
	return stream(ctx, r.ended, r.feed.Transfers(ctx, id, position), pointer[ledger.TransferRecord]), nil
}

// positionOf is the position of the decision that a cursor stands for; nil: of the last one until now.
func (r subscriptionResolver) positionOf(ctx context.Context, after *string) (int64, error) {
	if after != nil {
		cursor, err := decodeTransferCursor(*after)
		return cursor.Position, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	now, err := r.pstates.ReadStatus(ctx)
	if err != nil {
		return 0, err
	}
	return now.Processed - 1, nil
}

// stream sends what is followed, until ctx ends or there is an error, which ended is told. Nothing is buffered: the next is looked for when
// the last was taken.
func stream[T, U any](
	ctx context.Context, ended func(context.Context, error), followed iter.Seq2[T, error], event func(T) U,
) <-chan U {
	events := make(chan U)
	go func() {
		defer close(events)
		for v, err := range followed {
			if err != nil {
				ended(ctx, err)
				return
			}
			select {
			case events <- event(v):
			case <-ctx.Done():
				return
			}
		}
	}()
	return events
}
