package ledger

import "slices"

// A microbatch of one record, which is what a client alone makes, is written by statements without arrays: they take Postgres less than half of the time.

const addAccount = `INSERT INTO funds (user_id, balance_minor, transfers) VALUES ($1, $2, $3)`

const writeAccount = `UPDATE funds
SET balance_minor = CASE WHEN balance_minor = $4 AND transfers = $5 THEN $2::bigint END, room = NULL, transfers = $3
WHERE user_id = $1`

const writeAccounts = `UPDATE funds
SET balance_minor = CASE
        WHEN user_id = $1 AND balance_minor = $4 AND transfers = $5 THEN $2::bigint
        WHEN user_id = $6 AND balance_minor = $9 AND transfers = $10 THEN $7::bigint
    END, room = NULL, transfers = CASE user_id WHEN $1 THEN $3::smallint ELSE $8::smallint END
WHERE user_id IN ($1, $6)`

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
		m.add(stmtWriteAccounts, append(as[0].args(), as[1].args()...)...)
	} else {
		for _, a := range as {
			if a.stored {
				m.add(stmtWriteAccount, a.args()...)
			} else {
				m.add(stmtAddAccount, argInt8(a.userID), argInt8(a.balanceMinor), argInt2(a.transfers))
			}
		}
	}
	for _, a := range as {
		a.listed, a.stored = false, true
	}
}

// args are what to write, and what has to be there.
func (a touched) args() [][]byte {
	return [][]byte{argInt8(a.userID), argInt8(a.balanceMinor), argInt2(a.transfers), argInt8(a.foundMinor), argInt2(a.foundTransfers)}
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
