package ledger

import "slices"

// A microbatch of one record, which is what a client alone makes, is written by statements without arrays: they take Postgres less than half of the time.

const addAccount = `INSERT INTO funds (user_id, balance_minor, transfers) VALUES ($1, $2, $3)`

const writeAccount = `UPDATE funds SET balance_minor = $2, room = NULL, transfers = $3 WHERE user_id = $1`

const writeAccounts = `UPDATE funds
SET balance_minor = CASE user_id WHEN $1 THEN $2::bigint ELSE $5::bigint END, room = NULL,
    transfers = CASE user_id WHEN $1 THEN $3::smallint ELSE $6::smallint END
WHERE user_id IN ($1, $4)`

const writeOutgoingTransfer = `INSERT INTO outgoing_transfers
    (from_user_id, position, to_user_id, amount_minor, payer_balance_minor, depot_offset, appended_at, status, record_id, segment,
    by_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

const writeIncomingTransfer = `INSERT INTO incoming_transfers
    (to_user_id, position, from_user_id, amount_minor, payer_balance_minor, payee_balance_minor, depot_offset,
    appended_at, status, record_id, segment, by_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

const writeDeposit = `INSERT INTO deposits
    (user_id, position, amount_minor, balance_minor, depot_offset, appended_at, status, record_id, segment)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

var (
	stmtAddAccount            = statement{"clumpql_add_account", addAccount}
	stmtWriteAccount          = statement{"clumpql_write_account", writeAccount}
	stmtWriteAccounts         = statement{"clumpql_write_accounts", writeAccounts}
	stmtWriteOutgoingTransfer = statement{"clumpql_write_outgoing_transfer", writeOutgoingTransfer}
	stmtWriteIncomingTransfer = statement{"clumpql_write_incoming_transfer", writeIncomingTransfer}
	stmtWriteDeposit          = statement{"clumpql_write_deposit", writeDeposit}
)

// writeOneFunds is addFunds for a microbatch's only record.
func (mb *microbatch) writeOneFunds(m *message) {
	as := mb.touched
	slices.SortFunc(as, byUser)
	if len(as) == 2 && as[0].stored && as[1].stored {
		m.add(stmtWriteAccounts, argInt8(as[0].userID), argInt8(as[0].balanceMinor), argInt2(as[0].transfers),
			argInt8(as[1].userID), argInt8(as[1].balanceMinor), argInt2(as[1].transfers))
		as[0].changed, as[0].listed = false, false
		as[1].changed, as[1].listed = false, false
		return
	}
	for _, a := range as {
		s := stmtAddAccount
		if a.stored {
			s = stmtWriteAccount
		}
		m.add(s, argInt8(a.userID), argInt8(a.balanceMinor), argInt2(a.transfers))
		a.changed, a.listed, a.stored = false, false, true
	}
}

// writeOneHistory is addHistories for a microbatch's only record.
func (mb *microbatch) writeOneHistory(m *message) {
	row, o := &mb.rows[0], &mb.outcomes[0]
	position, amount, found, offset := argInt8(row.position), argInt8(row.amountMinor), argInt8(o.balanceMinor), argInt8(row.offset)
	at, status, id := argTimestamp(row.appendedAt), argInt2(int16(o.status)), []byte(row.id)
	payer, payee, segment := argInt8(row.userID), argInt8(row.toUserID), argInt4(segmentOf(row.position))
	if row.kind == kindDeposit {
		m.add(stmtWriteDeposit, payee, position, amount, found, offset, at, status, id, segment)
		return
	}
	m.add(stmtWriteOutgoingTransfer, payer, position, payee, amount, found, offset, at, status, id, segment, argBool(o.payerByID))
	m.add(stmtWriteIncomingTransfer, payee, position, payer, amount, found, argInt8(o.payeeMinor), offset, at, status, id, segment,
		argBool(o.payeeByID))
}
