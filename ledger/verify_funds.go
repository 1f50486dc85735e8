package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const createRecomputed = `CREATE TEMPORARY TABLE recomputed_funds (
    user_id       bigint PRIMARY KEY,
    balance_minor bigint NOT NULL,
    transfers     smallint NOT NULL
) WITH (fillfactor = 70) ON COMMIT DROP`

const readRecomputedFunds = `SELECT user_id, balance_minor, transfers FROM recomputed_funds WHERE user_id = ANY($1)`

const writeRecomputedFunds = `INSERT INTO recomputed_funds (user_id, balance_minor, transfers)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::smallint[])
ON CONFLICT (user_id) DO UPDATE SET balance_minor = excluded.balance_minor, transfers = excluded.transfers`

const declareFunds = `DECLARE verify_funds NO SCROLL CURSOR FOR SELECT user_id, balance_minor, transfers FROM funds ORDER BY user_id`

const declareRecomputed = `DECLARE verify_recomputed NO SCROLL CURSOR FOR
SELECT user_id, balance_minor, transfers FROM recomputed_funds ORDER BY user_id`

const fetchFunds = `FETCH 10000 FROM verify_funds`

const fetchRecomputed = `FETCH 10000 FROM verify_recomputed`

// balanceCursor is how far a table of balances is read.
type balanceCursor struct {
	fetch string
	rows  []balanceRow
	ended bool
}

type balanceRow struct {
	UserID       int64
	BalanceMinor int64
	Transfers    int16
}

// first returns the next row without taking it; nil at the end.
func (c *balanceCursor) first(ctx context.Context, tx pgx.Tx) (*balanceRow, error) {
	if len(c.rows) == 0 && !c.ended {
		found, _ := tx.Query(ctx, c.fetch)
		rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[balanceRow])
		if err != nil {
			return nil, err
		}
		c.rows, c.ended = rows, len(rows) == 0
	}
	if c.ended {
		return nil, nil
	}
	return &c.rows[0], nil
}

// compareFunds compares the recomputed balances with those that are there.
func (v *verification) compareFunds(ctx context.Context) error {
	if err := v.recomputed.store(ctx, v.tx); err != nil {
		return err
	}
	if _, err := v.tx.Exec(ctx, declareRecomputed); err != nil {
		return err
	}
	wants, haves := balanceCursor{fetch: fetchRecomputed}, balanceCursor{fetch: fetchFunds}
	for len(v.report.Deviations) < maxDeviations {
		want, err := wants.first(ctx, v.tx)
		if err != nil {
			return err
		}
		have, err := haves.first(ctx, v.tx)
		if err != nil {
			return err
		}
		switch {
		case want == nil && have == nil:
			return nil
		case want == nil || have != nil && have.UserID < want.UserID:
			v.deviate(Deviation{"funds", 0, -1, have.UserID, "no decided record explains this account"})
			haves.rows = haves.rows[1:]
			continue
		case have == nil || want.UserID < have.UserID:
			err = v.deviateFunds(ctx, want.UserID, fmt.Sprintf("balance is missing, should be %d", want.BalanceMinor))
		default:
			if reason := want.differs(have); reason != "" {
				err = v.deviateFunds(ctx, want.UserID, reason)
			}
			haves.rows = haves.rows[1:]
		}
		if err != nil {
			return err
		}
		wants.rows = wants.rows[1:]
	}
	return nil
}

// differs returns how the row that is there differs from the one that should be, or "". More transfers than there are may be counted: to list one by
// id that need not be is no fault.
func (b *balanceRow) differs(have *balanceRow) string {
	switch {
	case have.BalanceMinor != b.BalanceMinor:
		return fmt.Sprintf("balance is %d, should be %d", have.BalanceMinor, b.BalanceMinor)
	case have.Transfers < b.Transfers:
		return fmt.Sprintf("%d transfers are counted, should be %d", have.Transfers, b.Transfers)
	}
	return ""
}

const readLastRecord = `SELECT h.depot_offset, h.payer_id
FROM (
    SELECT position, depot_offset, from_user_id AS payer_id FROM outgoing_transfers WHERE segment = ANY($2) AND from_user_id = $1
    UNION ALL
    SELECT position, depot_offset, from_user_id FROM incoming_transfers WHERE segment = ANY($2) AND to_user_id = $1
    UNION ALL
    SELECT position, depot_offset, user_id FROM deposits WHERE segment = ANY($2) AND user_id = $1
) h
ORDER BY h.position DESC LIMIT 1`

// deviateFunds notes a wrong balance, with the last record that names the account.
func (v *verification) deviateFunds(ctx context.Context, userID int64, reason string) error {
	d := Deviation{"funds", 0, -1, userID, reason}
	var payer int64
	err := v.tx.QueryRow(ctx, readLastRecord, userID, allSegments(segmentOf(sum(v.replay.want)))).Scan(&d.Offset, &payer)
	switch {
	case err == nil:
		d.Partition = partitionOf(payer, int32(len(v.replay.want)))
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	v.deviate(d)
	return nil
}
