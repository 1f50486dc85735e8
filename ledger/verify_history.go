package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// historyRow is a row of one of the three histories.
type historyRow struct {
	ownerID  int64 // whose history it is
	position int64
	otherID  int64 // the other user; of a deposit, the same
	amount   int64
	balance  int64 // of who pays (of a deposit, who is paid), before the amount moved
	payee    int64 // in incoming_transfers, the balance of who is paid; else 0
	offset   int64
	appended time.Time
	status   Status
	id       string
	segment  int32
	byID     bool
}

// histories are the tables in which each record has its outcome.
var histories = [3]struct {
	table    string
	kind     kind
	incoming bool
	declare  string
	fetch    string
}{
	{"outgoing_transfers", kindTransfer, false, declareOutgoing, fetchOutgoing},
	{"incoming_transfers", kindTransfer, true, declareIncoming, fetchIncoming},
	{"deposits", kindDeposit, false, declareDeposits, fetchDeposits},
}

// The histories are read in the order of decisions, which no index of theirs has: sorting once is faster than looking each row up.

const declareOutgoing = `DECLARE verify_outgoing NO SCROLL CURSOR FOR
SELECT from_user_id, position, to_user_id, amount_minor, payer_balance_minor, 0::bigint, depot_offset, appended_at, status, record_id,
    segment, by_id
FROM outgoing_transfers ORDER BY position, from_user_id`

const declareIncoming = `DECLARE verify_incoming NO SCROLL CURSOR FOR
SELECT to_user_id, position, from_user_id, amount_minor, payer_balance_minor, payee_balance_minor, depot_offset,
    appended_at, status, record_id, segment, by_id
FROM incoming_transfers ORDER BY position, to_user_id`

const declareDeposits = `DECLARE verify_deposits NO SCROLL CURSOR FOR
SELECT user_id, position, user_id, amount_minor, balance_minor, 0::bigint, depot_offset, appended_at, status, record_id, segment, false
FROM deposits ORDER BY position, user_id`

const fetchOutgoing = `FETCH 10000 FROM verify_outgoing`

const fetchIncoming = `FETCH 10000 FROM verify_incoming`

const fetchDeposits = `FETCH 10000 FROM verify_deposits`

// historyCursor is how far a history is read.
type historyCursor struct {
	fetch string
	rows  []historyRow // read, not yet taken
	ended bool
}

// take returns the rows before a position, but no more than limit.
func (c *historyCursor) take(ctx context.Context, tx pgx.Tx, position int64, limit int) ([]historyRow, error) {
	var taken []historyRow
	for {
		n := 0
		for n < len(c.rows) && c.rows[n].position < position && len(taken)+n < limit {
			n++
		}
		taken = append(taken, c.rows[:n]...)
		c.rows = c.rows[n:]
		if len(c.rows) > 0 || c.ended {
			return taken, nil
		}
		found, _ := tx.Query(ctx, c.fetch)
		rows, err := pgx.CollectRows(found, scanHistoryRow)
		if err != nil {
			return nil, err
		}
		c.rows, c.ended = rows, len(rows) == 0
	}
}

func scanHistoryRow(row pgx.CollectableRow) (h historyRow, err error) {
	err = row.Scan(&h.ownerID, &h.position, &h.otherID, &h.amount, &h.balance, &h.payee, &h.offset, &h.appended, &h.status, &h.id,
		&h.segment, &h.byID)
	return h, err
}

// compareHistory compares a history's rows with those that the outcomes of a stretch put there. Both are in the order of positions.
func (v *verification) compareHistory(i int, have []historyRow, rows []depotRow, outcomes []outcome) {
	history := &histories[i]
	for j := range rows {
		row, o := &rows[j], &outcomes[j]
		if row.kind != history.kind {
			continue
		}
		want := historyRow{
			ownerID: row.userID, position: row.position, otherID: row.toUserID, amount: row.amountMinor, balance: o.balanceMinor,
			offset: row.offset, appended: row.appendedAt, status: o.status, id: row.id,
			segment: segmentOf(row.position), byID: o.payerByID,
		}
		if history.incoming {
			want.ownerID, want.otherID, want.payee, want.byID = row.toUserID, row.userID, o.payeeMinor, o.payeeByID
		}
		found := false
		for len(have) > 0 && have[0].position <= want.position {
			if h := &have[0]; h.position < want.position || h.ownerID != want.ownerID || found {
				v.unexpected(i, h)
			} else {
				found = true
				if reason := want.differs(h); reason != "" {
					v.deviate(Deviation{history.table, row.partition, row.offset, want.ownerID, reason})
				}
			}
			have = have[1:]
		}
		if !found {
			v.deviate(Deviation{history.table, row.partition, row.offset, want.ownerID,
				fmt.Sprintf("record %q is missing at position %d", want.id, want.position)})
		}
	}
	for j := range have {
		v.unexpected(i, &have[j])
	}
}

// unexpected notes a row that no record explains.
func (v *verification) unexpected(i int, h *historyRow) {
	payer := h.ownerID
	if histories[i].incoming {
		payer = h.otherID
	}
	v.deviate(Deviation{histories[i].table, partitionOf(payer, int32(len(v.replay.want))), h.offset, h.ownerID,
		fmt.Sprintf("no decided record %q explains this row", h.id)})
}

// differs returns how the row that is there differs from the one that should be, or "".
func (h *historyRow) differs(have *historyRow) string {
	switch {
	case have.id != h.id:
		return fmt.Sprintf("record is %q, should be %q", have.id, h.id)
	case have.status != h.status:
		return fmt.Sprintf("status of %q is %v, should be %v", h.id, have.status, h.status)
	case have.amount != h.amount:
		return fmt.Sprintf("amount of %q is %d, should be %d", h.id, have.amount, h.amount)
	case have.balance != h.balance:
		return fmt.Sprintf("balance before %q is %d, should be %d", h.id, have.balance, h.balance)
	case have.payee != h.payee:
		return fmt.Sprintf("payee's balance before %q is %d, should be %d", h.id, have.payee, h.payee)
	case have.otherID != h.otherID:
		return fmt.Sprintf("other user of %q is %d, should be %d", h.id, have.otherID, h.otherID)
	case have.offset != h.offset:
		return fmt.Sprintf("offset of %q is %d, should be %d", h.id, have.offset, h.offset)
	case !have.appended.Equal(h.appended):
		return fmt.Sprintf("time of %q is %v, should be %v", h.id, have.appended, h.appended)
	case have.segment != h.segment:
		return fmt.Sprintf("segment of %q is %d, should be %d", h.id, have.segment, h.segment)
	case h.byID && !have.byID:
		return fmt.Sprintf("%q is not listed by id", h.id)
	}
	return ""
}
