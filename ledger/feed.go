package ledger

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
)

// feedPage is the most transfers that a Feed holds for a follower at a time.
const feedPage = 50

// Feed lets any number of followers see what is decided, as it is decided by whichever process works.
//
// Followers are woken as those of [Depot.Wait] are. What they are to see they read from the PStates, all that were woken together in one
// statement. So nothing is kept for one that is slow, and nothing is lost or doubled where a notification is. A Feed
// is safe for concurrent use, and starts nothing: a follower reads on its own goroutine.
type Feed struct {
	depot     *Depot
	balances  *gather[int64, int64]
	transfers *gather[afterPosition, []TransferRecord]
}

// afterPosition asks for the transfers of a user after a position.
type afterPosition struct{ userID, position int64 }

// NewFeed returns a feed of the database that both are of.
func NewFeed(depot *Depot, pstates *PStates) *Feed {
	return &Feed{
		depot:     depot,
		balances:  newGather(pstates.Balances, func(userID int64) int64 { return userID }),
		transfers: newGather(pstates.transfersAfter, func(k afterPosition) int64 { return k.userID }),
	}
}

// Balances follows the funds of a user in minor units: now, and after every microbatch that changes them. Of changes that follow each
// other before the next balance is asked for, it shows the last.
//
// It ends when ctx does. While Postgres is away it waits; an error that repetition does not heal is its last pair.
func (f *Feed) Balances(ctx context.Context, userID int64) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		shown, first := int64(0), true
		f.follow(ctx, func() (more bool, err error) {
			balance, err := f.balances.read(ctx, userID)
			if err != nil || !first && balance == shown {
				return err == nil, err
			}
			shown, first = balance, false
			return yield(balance, nil), nil
		}, func(err error) { yield(0, fmt.Errorf("follow balance: %w", err)) })
	}
}

// Transfers follows the transfers that a user pays or is paid, refused ones too: those that are decided at later positions than after,
// each once, in their order. It ends as Balances does.
//
// The number of decisions until now, less one, is the position to begin with for what comes: [PStates.ReadStatus] has it as Processed.
func (f *Feed) Transfers(ctx context.Context, userID, after int64) iter.Seq2[TransferRecord, error] {
	return func(yield func(TransferRecord, error) bool) {
		f.follow(ctx, func() (more bool, err error) {
			for {
				records, err := f.transfers.read(ctx, afterPosition{userID, after})
				if err != nil {
					return false, err
				}
				for _, r := range records {
					after = r.Position
					if !yield(r, nil) {
						return false, nil
					}
				}
				if len(records) < feedPage {
					return true, nil
				}
			}
		}, func(err error) { yield(TransferRecord{}, fmt.Errorf("follow transfers: %w", err)) })
	}
}

// follow calls look now and whenever more is decided, until it wants no more or ctx ends. An error that may pass makes it look again.
func (f *Feed) follow(ctx context.Context, look func() (more bool, err error), failed func(error)) {
	decided, failures := int64(-1), 0
	for ctx.Err() == nil {
		if failures == 0 {
			// What is decided until here is seen by the look after it; what is decided during the look wakes the next.
			var err error
			if decided, err = f.depot.WaitBeyond(ctx, decided); err != nil {
				return // ctx has ended
			}
		}
		more, err := look()
		switch {
		case err == nil && !more, ctx.Err() != nil:
			return
		case err == nil:
			failures = 0
		case !transient(err):
			failed(err)
			return
		default:
			_ = sleep(ctx, backoff(failures)) // the loop notices the end of ctx
			failures++
		}
	}
}

// readTransfersAfter has arrays of users and of the positions of each. A cluster does not join a table with an array and a limit for each of its
// elements, so a user's position is looked up: see history_sql.go. The segments are those from the first of these positions on.
const readTransfersAfter = `SELECT t.*
FROM funds f
JOIN LATERAL (
    (
        SELECT h.from_user_id AS user_id, h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
            h.status, h.payer_balance_minor, NULL::bigint
        FROM outgoing_transfers h
        WHERE h.segment = ANY($4) AND h.from_user_id = f.user_id
          AND h.position > ($2::bigint[])[array_position($1::bigint[], f.user_id)]
        ORDER BY h.segment, h.position
        LIMIT $3
    )
    UNION ALL
    (
        SELECT h.to_user_id, h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
            h.status, h.payer_balance_minor, h.payee_balance_minor
        FROM incoming_transfers h
        WHERE h.segment = ANY($4) AND h.to_user_id = f.user_id
          AND h.position > ($2::bigint[])[array_position($1::bigint[], f.user_id)]
        ORDER BY h.segment, h.position
        LIMIT $3
    )
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY t.user_id, t.position`

// transfersAfter returns for each key, of which a user has one, the first feedPage transfers of both histories after its position. It is one
// statement: in two, the later one could show decisions that the earlier one did not know yet.
func (s *PStates) transfersAfter(ctx context.Context, keys []afterPosition) (map[afterPosition][]TransferRecord, error) {
	partitions, err := s.loadPartitions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read transfers: %w", err)
	}
	userIDs, positions := make([]int64, len(keys)), make([]int64, len(keys))
	byUser := make(map[int64]afterPosition, len(keys))
	for i, k := range keys {
		userIDs[i], positions[i] = k.userID, k.position
		byUser[k.userID] = k
	}
	var found map[afterPosition][]TransferRecord
	_, err = s.walk(ctx, plannedOnce, func(b *pgx.Batch, newest int32) {
		found = make(map[afterPosition][]TransferRecord, len(keys))
		b.Queue(readTransfersAfter, userIDs, positions, feedPage, segmentsOf(slices.Min(positions), math.MaxInt64, newest)).
			Query(func(rows pgx.Rows) error { return collectTransfersAfter(rows, partitions, byUser, found) })
	})
	if err != nil {
		return nil, fmt.Errorf("read transfers: %w", unavailableIfBroken(err))
	}
	return found, nil
}

func collectTransfersAfter(
	rows pgx.Rows, partitions int32, byUser map[int64]afterPosition, found map[afterPosition][]TransferRecord,
) error {
	for rows.Next() {
		var r TransferRecord
		var userID int64
		if err := rows.Scan(&userID, &r.Position, &r.FromUserID, &r.ToUserID, &r.AmountMinor, &r.ID, &r.Offset,
			&r.AppendedAt, &r.Status, &r.PayerBalanceMinor, &r.PayeeBalanceMinor); err != nil {
			return err
		}
		r.Partition = partitionOf(r.FromUserID, partitions)
		if k := byUser[userID]; len(found[k]) < feedPage { // either history has up to as many
			found[k] = append(found[k], r)
		}
	}
	return rows.Err()
}
