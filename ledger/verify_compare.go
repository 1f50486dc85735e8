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
}

// histories are the tables in which each record has its outcome, with the statements that read rows by their key, and rows
// that no decided record explains.
var histories = [3]struct{ table, read, count, unexpected string }{
	{"outgoing_transfers", readOutgoingRows, countOutgoingRows, unexpectedOutgoing},
	{"incoming_transfers", readIncomingRows, countIncomingRows, unexpectedIncoming},
	{"deposits", readDepositRows, countDepositRows, unexpectedDeposits},
}

const readOutgoingRows = `SELECT h.from_user_id, h.position, h.to_user_id, h.amount_minor, h.payer_balance_minor, 0::bigint, h.depot_offset,
    h.appended_at, h.status, h.record_id
FROM unnest($1::bigint[], $2::bigint[]) AS k (user_id, position)
JOIN outgoing_transfers h ON h.from_user_id = k.user_id AND h.position = k.position`

const readIncomingRows = `SELECT h.to_user_id, h.position, h.from_user_id, h.amount_minor, h.payer_balance_minor,
    h.payee_balance_minor, h.depot_offset,
    h.appended_at, h.status, h.record_id
FROM unnest($1::bigint[], $2::bigint[]) AS k (user_id, position)
JOIN incoming_transfers h ON h.to_user_id = k.user_id AND h.position = k.position`

const readDepositRows = `SELECT h.user_id, h.position, h.user_id, h.amount_minor, h.balance_minor, 0::bigint, h.depot_offset,
    h.appended_at, h.status, h.record_id
FROM unnest($1::bigint[], $2::bigint[]) AS k (user_id, position)
JOIN deposits h ON h.user_id = k.user_id AND h.position = k.position`

// expected returns the rows that an outcome puts into the histories, nil where none.
func expected(row depotRow, o outcome) [3]*historyRow {
	h := historyRow{
		ownerID: row.userID, position: row.position, otherID: row.toUserID, amount: row.amountMinor, balance: o.balanceMinor,
		offset: row.offset, appended: row.appendedAt, status: o.status, id: row.id,
	}
	if row.kind == kindDeposit {
		return [3]*historyRow{2: &h}
	}
	incoming := h
	incoming.ownerID, incoming.otherID, incoming.payee = h.otherID, h.ownerID, o.payeeMinor
	return [3]*historyRow{&h, &incoming, nil}
}

// compareHistories compares what a stretch has to have left with what is there.
func (v *verification) compareHistories(ctx context.Context, rows []depotRow, outcomes []outcome) error {
	var found [3]map[int64]historyRow // by position
	for i, history := range histories {
		var ids, positions []int64
		for j, row := range rows {
			if want := expected(row, outcomes[j])[i]; want != nil {
				ids = append(ids, want.ownerID)
				positions = append(positions, want.position)
			}
		}
		found[i] = make(map[int64]historyRow, len(ids))
		have, _ := v.tx.Query(ctx, history.read, ids, positions)
		var h historyRow
		_, err := pgx.ForEachRow(have, h.targets(), func() error {
			found[i][h.position] = h
			return nil
		})
		if err != nil {
			return err
		}
		v.found[i] += int64(len(found[i]))
	}
	for j, row := range rows {
		for i, want := range expected(row, outcomes[j]) {
			if want == nil {
				continue
			}
			have, ok := found[i][row.position]
			if reason := want.differs(have, ok); reason != "" {
				v.deviate(Deviation{histories[i].table, row.partition, row.offset, want.ownerID, reason})
			}
		}
	}
	return nil
}

func (h *historyRow) targets() []any {
	return []any{&h.ownerID, &h.position, &h.otherID, &h.amount, &h.balance, &h.payee, &h.offset, &h.appended, &h.status, &h.id}
}

// differs returns how the row that is there differs from the one that should be, or "".
func (h *historyRow) differs(have historyRow, ok bool) string {
	switch {
	case !ok:
		return fmt.Sprintf("record %q is missing at position %d", h.id, h.position)
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
	}
	return ""
}

const countOutgoingRows = `SELECT count(*) FROM outgoing_transfers`

const countIncomingRows = `SELECT count(*) FROM incoming_transfers`

const countDepositRows = `SELECT count(*) FROM deposits`

const unexpectedOutgoing = `SELECT h.from_user_id, h.depot_offset, h.record_id
FROM outgoing_transfers h
WHERE NOT EXISTS (
    SELECT FROM depot d JOIN progress p ON p.partition = d.partition AND d.depot_offset < p.next_offset
    WHERE d.kind = 1 AND d.user_id = h.from_user_id AND d.record_id = h.record_id
)
ORDER BY h.position LIMIT $1`

const unexpectedIncoming = `SELECT h.to_user_id, h.depot_offset, h.record_id
FROM incoming_transfers h
WHERE NOT EXISTS (
    SELECT FROM depot d JOIN progress p ON p.partition = d.partition AND d.depot_offset < p.next_offset
    WHERE d.kind = 1 AND d.user_id = h.from_user_id AND d.to_user_id = h.to_user_id AND d.record_id = h.record_id
)
ORDER BY h.position LIMIT $1`

const unexpectedDeposits = `SELECT h.user_id, h.depot_offset, h.record_id
FROM deposits h
WHERE NOT EXISTS (
    SELECT FROM depot d JOIN progress p ON p.partition = d.partition AND d.depot_offset < p.next_offset
    WHERE d.kind = 0 AND d.user_id = h.user_id AND d.record_id = h.record_id
)
ORDER BY h.position LIMIT $1`

// findUnexpected looks for rows that no record explains. Only where there are more rows than were found by their records
// does it look for them, which reads the whole table.
func (v *verification) findUnexpected(ctx context.Context) error {
	for i, history := range histories {
		var count int64
		if err := v.tx.QueryRow(ctx, history.count).Scan(&count); err != nil {
			return err
		}
		if count == v.found[i] {
			continue
		}
		rows, _ := v.tx.Query(ctx, history.unexpected, maxDeviations)
		var userID, offset int64
		var id string
		_, err := pgx.ForEachRow(rows, []any{&userID, &offset, &id}, func() error {
			p := partitionOf(userID, int32(len(v.want)))
			v.deviate(Deviation{history.table, p, offset, userID, fmt.Sprintf("no decided record %q explains this row", id)})
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

const compareFunds = `SELECT coalesce(r.partition, 0), coalesce(r.depot_offset, -1), coalesce(r.user_id, f.user_id),
    r.balance_minor, f.balance_minor
FROM recomputed_funds r FULL JOIN funds f ON f.user_id = r.user_id
WHERE r.balance_minor IS DISTINCT FROM f.balance_minor
ORDER BY r.depot_offset NULLS LAST, f.user_id
LIMIT $1`

// compareFunds compares the recomputed balances with those that are there.
func (v *verification) compareFunds(ctx context.Context) error {
	rows, _ := v.tx.Query(ctx, compareFunds, maxDeviations)
	d := Deviation{Table: "funds"}
	var want, have *int64
	_, err := pgx.ForEachRow(rows, []any{&d.Partition, &d.Offset, &d.UserID, &want, &have}, func() error {
		switch {
		case want == nil:
			d.Reason = "no decided record explains this account"
		case have == nil:
			d.Reason = fmt.Sprintf("balance is missing, should be %d", *want)
		default:
			d.Reason = fmt.Sprintf("balance is %d, should be %d", *have, *want)
		}
		v.deviate(d)
		return nil
	})
	return err
}
