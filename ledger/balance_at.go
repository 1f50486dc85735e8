package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// readBalancesAt takes the last row of each of a user's histories at or before a position. The latest of the three tells: what
// its decision found, and whether its amount moved.
const readBalancesAt = `SELECT f.user_id,
    CASE greatest(o.position, i.position, d.position)
        WHEN o.position THEN o.balance_minor
        WHEN i.position THEN i.balance_minor
        WHEN d.position THEN d.balance_minor
        ELSE 0
    END
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.payer_balance_minor - CASE h.status WHEN 1 THEN h.amount_minor ELSE 0 END AS balance_minor
    FROM outgoing_transfers h
    WHERE h.segment = ANY($3) AND h.from_user_id = f.user_id AND h.position <= $2
    ORDER BY h.segment DESC, h.position DESC
    LIMIT 1
) o ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.payee_balance_minor + CASE h.status WHEN 1 THEN h.amount_minor ELSE 0 END AS balance_minor
    FROM incoming_transfers h
    WHERE h.segment = ANY($3) AND h.to_user_id = f.user_id AND h.position <= $2
    ORDER BY h.segment DESC, h.position DESC
    LIMIT 1
) i ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.balance_minor + CASE h.status WHEN 1 THEN h.amount_minor ELSE 0 END AS balance_minor
    FROM deposits h
    WHERE h.segment = ANY($3) AND h.user_id = f.user_id AND h.position <= $2
    ORDER BY h.segment DESC, h.position DESC
    LIMIT 1
) d ON true
WHERE f.user_id = ANY($1)`

// BalancesAt returns the funds that users had, in minor units, when the record at a position was decided: with it, and with nothing
// after it. With one partition the position is the offset. Every id is in the map; who was not paid by then has 0.
//
// Its cost does not grow with the length of the histories, but with the segments that the position is behind a user's last record in
// each. A position that is negative or not decided yet is an *InvalidError.
func (s *PStates) BalancesAt(ctx context.Context, position int64, ids []int64) (map[int64]int64, error) {
	if position < 0 {
		return nil, fmt.Errorf("read balances at %d: %w", position, &InvalidError{Field: "offset", Reason: "must not be negative"})
	}
	var balances map[int64]int64
	decided, err := s.walk(ctx, plannedOnce, func(b *pgx.Batch, newest int32) {
		balances = newPairs(ids)
		b.Queue(readBalancesAt, ids, position, segmentsOf(0, position, newest)).
			Query(func(rows pgx.Rows) error { return collectPairs(rows, balances) })
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("read balances at %d: %w", position, unavailableIfBroken(err))
	case position >= decided:
		reason := fmt.Sprintf("is not decided yet: %d records are", decided)
		return nil, fmt.Errorf("read balances at %d: %w", position, &InvalidError{Field: "offset", Reason: reason})
	}
	return balances, nil
}
