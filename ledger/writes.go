package ledger

import (
	"cmp"
	"slices"
	"time"
)

// Rows are written in the order of their users, so that neighbours in an index are written together.

const addAccounts = `INSERT INTO funds (user_id, balance_minor) SELECT unnest($1::bigint[]), unnest($2::bigint[])`

const writeFunds = `UPDATE funds SET balance_minor = u.balance_minor
FROM unnest($1::bigint[], $2::bigint[]) AS u (user_id, balance_minor)
WHERE funds.user_id = u.user_id`

var (
	stmtAddAccounts   = statement{"clumpql_add_accounts", addAccounts}
	stmtWriteFunds    = statement{"clumpql_write_funds", writeFunds}
	stmtWriteOutgoing = statement{"clumpql_write_outgoing", writeOutgoing}
	stmtWriteIncoming = statement{"clumpql_write_incoming", writeIncoming}
	stmtWriteDeposits = statement{"clumpql_write_deposits", writeDeposits}
	stmtWriteLink     = statement{"clumpql_write_link", writeLink}
)

// addFunds writes the balances of accounts as they are now, which the microbatch that follows may change.
func addFunds(m *message, as []touched) {
	slices.SortFunc(as, func(a, b touched) int { return cmp.Compare(a.userID, b.userID) })
	var stored, added struct{ ids, balances []int64 }
	for _, a := range as {
		to := &added
		if a.stored {
			to = &stored
		}
		to.ids = append(to.ids, a.userID)
		to.balances = append(to.balances, a.balanceMinor)
		a.changed, a.listed, a.stored = false, false, true
	}
	if len(stored.ids) > 0 {
		m.add(stmtWriteFunds, argInt8s(stored.ids), argInt8s(stored.balances))
	}
	if len(added.ids) > 0 {
		m.add(stmtAddAccounts, argInt8s(added.ids), argInt8s(added.balances))
	}
}

// writes collects the outcomes of a microbatch for the history PStates.
type writes struct {
	transfers historyColumns
	deposits  historyColumns
}

// historyColumns are rows of a history, as arrays for unnest.
type historyColumns struct {
	userIDs, toUserIDs, positions, amounts, balances, payeeBalances, offsets []int64
	appendedAts                                                              []time.Time
	statuses                                                                 []int16
	ids                                                                      []string
}

// add takes over the outcome of a record.
func (w *writes) add(row depotRow, o outcome) {
	c := &w.transfers
	if row.kind == kindDeposit {
		c = &w.deposits
	}
	c.userIDs = append(c.userIDs, row.userID)
	c.toUserIDs = append(c.toUserIDs, row.toUserID)
	c.positions = append(c.positions, row.position)
	c.amounts = append(c.amounts, row.amountMinor)
	c.balances = append(c.balances, o.balanceMinor)
	c.payeeBalances = append(c.payeeBalances, o.payeeMinor)
	c.offsets = append(c.offsets, row.offset)
	c.appendedAts = append(c.appendedAts, row.appendedAt)
	c.statuses = append(c.statuses, int16(o.status))
	c.ids = append(c.ids, row.id)
}

const writeOutgoing = `INSERT INTO outgoing_transfers
    (from_user_id, to_user_id, position, amount_minor, payer_balance_minor, depot_offset, appended_at, status, record_id)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]),
    unnest($6::bigint[]), unnest($7::timestamptz[]), unnest($8::smallint[]), unnest($9::text[])`

const writeIncoming = `INSERT INTO incoming_transfers
    (from_user_id, to_user_id, position, amount_minor, payer_balance_minor, payee_balance_minor, depot_offset,
    appended_at, status, record_id)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]),
    unnest($6::bigint[]), unnest($7::bigint[]), unnest($8::timestamptz[]), unnest($9::smallint[]), unnest($10::text[])`

const writeDeposits = `INSERT INTO deposits
    (user_id, position, amount_minor, balance_minor, depot_offset, appended_at, status, record_id)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]),
    unnest($6::timestamptz[]), unnest($7::smallint[]), unnest($8::text[])`

// addTo adds the statements that write the histories.
func (w *writes) addTo(m *message) {
	if c := &w.transfers; len(c.ids) > 0 {
		payers, payees, positions, amounts := argInt8s(c.userIDs), argInt8s(c.toUserIDs), argInt8s(c.positions), argInt8s(c.amounts)
		balances, offsets, times := argInt8s(c.balances), argInt8s(c.offsets), argTimestamps(c.appendedAts)
		statuses, ids := argInt2s(c.statuses), argTexts(c.ids)
		m.add(stmtWriteOutgoing, payers, payees, positions, amounts, balances, offsets, times, statuses, ids)
		m.add(stmtWriteIncoming, payers, payees, positions, amounts, balances, argInt8s(c.payeeBalances), offsets, times, statuses, ids)
	}
	if c := &w.deposits; len(c.ids) > 0 {
		m.add(stmtWriteDeposits, argInt8s(c.userIDs), argInt8s(c.positions), argInt8s(c.amounts), argInt8s(c.balances),
			argInt8s(c.offsets), argTimestamps(c.appendedAts), argInt2s(c.statuses), argTexts(c.ids))
	}
}
