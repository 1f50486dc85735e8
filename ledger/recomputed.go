package ledger

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// recomputedAccounts is how many accounts a replay holds in memory. They take about a hundred megabytes.
const recomputedAccounts = 1 << 20

// recomputed is the accounts that a replay has arrived at. What does not fit into memory is in a table like funds.
type recomputed struct {
	accounts accounts
	limit    int
	table    pgx.Identifier
	read     string // takes ids, returns ids, balances and counts of transfers
	write    string // takes ids, balances and counts of transfers
	stored   bool   // the table may have accounts that are not in memory
}

// load brings everybody whom the records name into memory.
func (r *recomputed) load(ctx context.Context, tx pgx.Tx, rows []depotRow) error {
	if len(r.accounts) >= r.limit {
		if err := r.store(ctx, tx); err != nil {
			return err
		}
		clear(r.accounts)
	}
	var missing []int64
	for i := range rows {
		for _, id := range [...]int64{rows[i].userID, rows[i].toUserID} {
			if r.accounts[id] == nil {
				r.accounts[id] = &account{changed: true}
				missing = append(missing, id)
			}
		}
	}
	if !r.stored || len(missing) == 0 {
		return nil
	}
	found, _ := tx.Query(ctx, r.read, missing)
	var id, balanceMinor int64
	var transfers int16
	_, err := pgx.ForEachRow(found, []any{&id, &balanceMinor, &transfers}, func() error {
		*r.accounts[id] = account{balanceMinor: balanceMinor, transfers: transfers}
		return nil
	})
	return err
}

// decide returns the outcomes of records whose users are loaded.
func (r *recomputed) decide(rows []depotRow) []outcome {
	outcomes := make([]outcome, len(rows))
	for i := range rows {
		outcomes[i] = r.accounts.apply(rows[i].entry)
	}
	return outcomes
}

// store writes what changed into the table, in the order of its key.
func (r *recomputed) store(ctx context.Context, tx pgx.Tx) error {
	var ids []int64
	for id, a := range r.accounts {
		if a.changed {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if err := r.storeUsers(ctx, tx, ids); err != nil {
		return err
	}
	for _, id := range ids {
		r.accounts[id].changed = false
	}
	r.stored = true
	return nil
}

func (r *recomputed) storeUsers(ctx context.Context, tx pgx.Tx, ids []int64) error {
	if !r.stored {
		_, err := tx.CopyFrom(ctx, r.table, []string{"user_id", "balance_minor", "transfers"},
			pgx.CopyFromSlice(len(ids), func(i int) ([]any, error) {
				a := r.accounts[ids[i]]
				return []any{ids[i], a.balanceMinor, a.transfers}, nil
			}))
		return err
	}
	for chunk := range slices.Chunk(ids, replayChunk) {
		balances, transfers := make([]int64, len(chunk)), make([]int16, len(chunk))
		for i, id := range chunk {
			balances[i], transfers[i] = r.accounts[id].balanceMinor, r.accounts[id].transfers
		}
		if _, err := tx.Exec(ctx, r.write, chunk, balances, transfers); err != nil {
			return err
		}
	}
	return nil
}
