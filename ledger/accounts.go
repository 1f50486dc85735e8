package ledger

import "github.com/jackc/pgx/v5"

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
