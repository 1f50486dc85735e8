package ledger

import "github.com/jackc/pgx/v5"

// rebuiltHistories are the new histories, with what an outcome puts into them.
var rebuiltHistories = [...]struct {
	table   pgx.Identifier
	kind    kind
	columns []string
	values  func(row *depotRow, o *outcome) []any
}{
	{pgx.Identifier{"rebuilt", "outgoing_transfers"}, kindTransfer, []string{
		"from_user_id", "position", "to_user_id", "amount_minor", "payer_balance_minor", "depot_offset", "appended_at", "status", "record_id",
		"segment", "by_id",
	}, func(row *depotRow, o *outcome) []any {
		return []any{
			row.userID, row.position, row.toUserID, row.amountMinor, o.balanceMinor, row.offset, row.appendedAt, int16(o.status), row.id,
			segmentOf(row.position), o.payerByID,
		}
	}},
	{pgx.Identifier{"rebuilt", "incoming_transfers"}, kindTransfer, []string{
		"to_user_id", "position", "from_user_id", "amount_minor", "payer_balance_minor", "payee_balance_minor", "depot_offset",
		"appended_at", "status", "record_id", "segment", "by_id",
	}, func(row *depotRow, o *outcome) []any {
		return []any{
			row.toUserID, row.position, row.userID, row.amountMinor, o.balanceMinor, o.payeeMinor, row.offset,
			row.appendedAt, int16(o.status), row.id, segmentOf(row.position), o.payeeByID,
		}
	}},
	{pgx.Identifier{"rebuilt", "deposits"}, kindDeposit, []string{
		"user_id", "position", "amount_minor", "balance_minor", "depot_offset", "appended_at", "status", "record_id", "segment",
	}, func(row *depotRow, o *outcome) []any {
		return []any{
			row.userID, row.position, row.amountMinor, o.balanceMinor, row.offset, row.appendedAt, int16(o.status), row.id,
			segmentOf(row.position),
		}
	}},
}

// historySource hands the rows of one history to COPY.
type historySource struct {
	rows     []depotRow
	outcomes []outcome
	kind     kind
	values   func(row *depotRow, o *outcome) []any
	next     int // the row that Values returns; -1 before the first
}

func (s *historySource) Next() bool {
	for s.next++; s.next < len(s.rows); s.next++ {
		if s.rows[s.next].kind == s.kind {
			return true
		}
	}
	return false
}

func (s *historySource) Values() ([]any, error) {
	return s.values(&s.rows[s.next], &s.outcomes[s.next]), nil
}

func (s *historySource) Err() error { return nil }
