package ledger

import (
	"time"

	"github.com/jackc/pgx/v5"
)

// accountsOf returns the users whom the records name, with nothing known of them: no row and nothing to spend.
func accountsOf(rows []depotRow) accounts {
	as := make(accounts, len(rows))
	for _, row := range rows {
		for _, id := range [...]int64{row.userID, row.toUserID} {
			if as[id] == nil {
				as[id] = &account{changed: true}
			}
		}
	}
	return as
}

// queueRead reads the accounts' balances with a statement that takes ids and returns ids and balances.
func (as accounts) queueRead(b *pgx.Batch, sql string) {
	ids := make([]int64, 0, len(as))
	for id := range as {
		ids = append(ids, id)
	}
	b.Queue(sql, ids).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var id, balanceMinor int64
			if err := rows.Scan(&id, &balanceMinor); err != nil {
				return err
			}
			*as[id] = account{balanceMinor: balanceMinor}
		}
		return rows.Err()
	})
}

const writeFunds = `INSERT INTO funds (user_id, balance_minor)
SELECT * FROM unnest($1::bigint[], $2::bigint[])
ON CONFLICT (user_id) DO UPDATE SET balance_minor = excluded.balance_minor`

// queueWrite writes the accounts that changed.
func (as accounts) queueWrite(b *pgx.Batch) {
	ids := make([]int64, 0, len(as))
	balances := make([]int64, 0, len(as))
	for id, a := range as {
		if a.changed {
			ids = append(ids, id)
			balances = append(balances, a.balanceMinor)
		}
	}
	if len(ids) > 0 {
		b.Queue(writeFunds, ids, balances)
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
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
    $7::timestamptz[], $8::smallint[], $9::text[])`

const writeIncoming = `INSERT INTO incoming_transfers
    (from_user_id, to_user_id, position, amount_minor, payer_balance_minor, payee_balance_minor, depot_offset,
    appended_at, status, record_id)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::timestamptz[], $9::smallint[], $10::text[])`

const writeDeposits = `INSERT INTO deposits
    (user_id, position, amount_minor, balance_minor, depot_offset, appended_at, status, record_id)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
    $6::timestamptz[], $7::smallint[], $8::text[])`

func (w *writes) queue(b *pgx.Batch) {
	if c := &w.transfers; len(c.ids) > 0 {
		b.Queue(writeOutgoing, c.userIDs, c.toUserIDs, c.positions, c.amounts, c.balances, c.offsets,
			c.appendedAts, c.statuses, c.ids)
		b.Queue(writeIncoming, c.userIDs, c.toUserIDs, c.positions, c.amounts, c.balances, c.payeeBalances, c.offsets,
			c.appendedAts, c.statuses, c.ids)
	}
	if c := &w.deposits; len(c.ids) > 0 {
		b.Queue(writeDeposits, c.userIDs, c.positions, c.amounts, c.balances, c.offsets, c.appendedAts, c.statuses, c.ids)
	}
}
