package ledger

import (
	"cmp"
	"slices"
	"time"
)

// Rows are written in the order of their users, so that neighbours in an index are written together. They come as arrays, which Postgres has whole before
// it writes any. COPY would take it a sixth less for a history, but it holds what is written locked while it waits for the rest, with no timeout for a
// process that has been stopped.

const addAccounts = `INSERT INTO funds (user_id, balance_minor, transfers)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::smallint[])`

// A row finds what is its own in the arrays by its user's place in the first, which is in order. There is nothing to join: a plan that was made when
// there were few accounts might have gone through all of them for each. It takes Postgres a tenth less, too. The plus changes nothing: Citus takes a
// subscript there for one of the column, and crashes.

const writeFunds = `UPDATE funds
SET balance_minor = CASE
        WHEN balance_minor = ($4::bigint[])[width_bucket(user_id, $1::bigint[])]
            AND transfers = ($5::smallint[])[width_bucket(user_id, $1::bigint[])]
        THEN ($2::bigint[])[width_bucket(user_id, $1::bigint[])]
    END,
    room = NULL, transfers = + ($3::smallint[])[width_bucket(user_id, $1::bigint[])]
WHERE user_id = ANY($1::bigint[])`

var (
	stmtAddAccounts   = statement{"clumpql_add_accounts", addAccounts}
	stmtWriteFunds    = statement{"clumpql_write_funds", writeFunds}
	stmtWriteOutgoing = statement{"clumpql_write_outgoing", writeOutgoing}
	stmtWriteIncoming = statement{"clumpql_write_incoming", writeIncoming}
	stmtWriteDeposits = statement{"clumpql_write_deposits", writeDeposits}
	stmtWriteLink     = statement{"clumpql_write_link", writeLink}
)

// addFunds writes accounts as they are now, which the microbatch that follows may change.
func addFunds(m *message, as []touched) {
	slices.SortFunc(as, byUser)
	var stored, added struct {
		ids, balances, foundMinor []int64
		transfers, foundTransfers []int16
	}
	for _, a := range as {
		to := &added
		if a.stored {
			to = &stored
		}
		to.ids = append(to.ids, a.userID)
		to.balances = append(to.balances, a.balanceMinor)
		to.transfers = append(to.transfers, a.transfers)
		to.foundMinor = append(to.foundMinor, a.foundMinor)
		to.foundTransfers = append(to.foundTransfers, a.foundTransfers)
		a.listed, a.stored = false, true
	}
	if len(stored.ids) > 0 {
		m.add(stmtWriteFunds, argInt8s(stored.ids), argInt8s(stored.balances), argInt2s(stored.transfers),
			argInt8s(stored.foundMinor), argInt2s(stored.foundTransfers))
	}
	if len(added.ids) > 0 {
		m.add(stmtAddAccounts, argInt8s(added.ids), argInt8s(added.balances), argInt2s(added.transfers))
	}
}

func byUser(a, b touched) int { return cmp.Compare(a.userID, b.userID) }

// historyColumns are rows of a history, as arrays for unnest.
type historyColumns struct {
	userIDs, toUserIDs, positions, amounts, balances, payeeBalances, offsets []int64
	appendedAts                                                              []time.Time
	statuses                                                                 []Status
	ids                                                                      []string
	segments                                                                 []int32
	byIDs                                                                    []bool // zero for deposits
}

func newHistoryColumns(n int) *historyColumns {
	numbers := make([]int64, 7*n)
	column := func(i int) []int64 { return numbers[i*n : (i+1)*n] }
	return &historyColumns{
		userIDs: column(0), toUserIDs: column(1), positions: column(2), amounts: column(3),
		balances: column(4), payeeBalances: column(5), offsets: column(6),
		appendedAts: make([]time.Time, n), statuses: make([]Status, n), ids: make([]string, n), segments: make([]int32, n),
		byIDs: make([]bool, n),
	}
}

// history returns the records of a kind in the order of the users that side names.
func (mb *microbatch) history(k kind, side side) *historyColumns {
	type place struct {
		userID int64
		i      int
	}
	order := make([]place, 0, len(mb.rows))
	for i := range mb.rows {
		if mb.rows[i].kind == k {
			order = append(order, place{side.user(mb.rows[i].entry), i})
		}
	}
	slices.SortFunc(order, func(a, b place) int {
		if a.userID == b.userID {
			return a.i - b.i
		}
		return cmp.Compare(a.userID, b.userID)
	})
	c := newHistoryColumns(len(order))
	for at, p := range order {
		row, o := &mb.rows[p.i], &mb.outcomes[p.i]
		c.userIDs[at], c.toUserIDs[at], c.positions[at], c.amounts[at] = row.userID, row.toUserID, row.position, row.amountMinor
		c.balances[at], c.payeeBalances[at], c.offsets[at] = o.balanceMinor, o.payeeMinor, row.offset
		c.appendedAts[at], c.statuses[at], c.ids[at], c.segments[at] = row.appendedAt, o.status, row.id, segmentOf(row.position)
		c.byIDs[at] = side.byID(o)
	}
	return c
}

// side is one of the two users of a record.
type side struct {
	user func(entry) int64
	byID func(*outcome) bool // whether the record is listed by id in the user's history
}

var (
	payer = side{func(e entry) int64 { return e.userID }, func(o *outcome) bool { return o.payerByID }}
	payee = side{func(e entry) int64 { return e.toUserID }, func(o *outcome) bool { return o.payeeByID }}
)

// The columns are all of the table's, in its order: so Postgres puts rows in as they come, without making them anew.

const writeOutgoing = `INSERT INTO outgoing_transfers
    (from_user_id, position, to_user_id, amount_minor, payer_balance_minor, depot_offset, appended_at, status, record_id, segment,
    by_id)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]),
    unnest($6::bigint[]), unnest($7::timestamptz[]), unnest($8::smallint[]), unnest($9::text[]), unnest($10::integer[]), unnest($11::boolean[])`

const writeIncoming = `INSERT INTO incoming_transfers
    (to_user_id, position, from_user_id, amount_minor, payer_balance_minor, payee_balance_minor, depot_offset,
    appended_at, status, record_id, segment, by_id)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]),
    unnest($6::bigint[]), unnest($7::bigint[]), unnest($8::timestamptz[]), unnest($9::smallint[]), unnest($10::text[]),
    unnest($11::integer[]), unnest($12::boolean[])`

const writeDeposits = `INSERT INTO deposits
    (user_id, position, amount_minor, balance_minor, depot_offset, appended_at, status, record_id, segment)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]),
    unnest($6::timestamptz[]), unnest($7::smallint[]), unnest($8::text[]), unnest($9::integer[])`

// addHistories adds the statements that write the histories.
func addHistories(m *message, mb *microbatch) {
	if c := mb.history(kindTransfer, payer); len(c.ids) > 0 {
		m.add(stmtWriteOutgoing, argInt8s(c.userIDs), argInt8s(c.positions), argInt8s(c.toUserIDs), argInt8s(c.amounts),
			argInt8s(c.balances), argInt8s(c.offsets), argTimestamps(c.appendedAts), argInt2s(c.statuses), argTexts(c.ids),
			argInt4s(c.segments), argBools(c.byIDs))
		c = mb.history(kindTransfer, payee)
		m.add(stmtWriteIncoming, argInt8s(c.toUserIDs), argInt8s(c.positions), argInt8s(c.userIDs), argInt8s(c.amounts),
			argInt8s(c.balances), argInt8s(c.payeeBalances), argInt8s(c.offsets), argTimestamps(c.appendedAts),
			argInt2s(c.statuses), argTexts(c.ids), argInt4s(c.segments), argBools(c.byIDs))
	}
	if c := mb.history(kindDeposit, payee); len(c.ids) > 0 {
		m.add(stmtWriteDeposits, argInt8s(c.userIDs), argInt8s(c.positions), argInt8s(c.amounts), argInt8s(c.balances),
			argInt8s(c.offsets), argTimestamps(c.appendedAts), argInt2s(c.statuses), argTexts(c.ids), argInt4s(c.segments))
	}
}
