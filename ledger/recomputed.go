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

// load returns the parties of each record.
func (r *recomputed) load(ctx context.Context, tx pgx.Tx, rows []depotRow) ([]parties, error) {
	if len(r.accounts.numbers) >= r.limit {
		if err := r.store(ctx, tx); err != nil {
			return nil, err
		}
		r.accounts = accounts{}
	}
	var missing []int64
	known := func(id int64) *account {
		if a := r.accounts.find(id); a != nil {
			return a
		}
		missing = append(missing, id)
		return r.accounts.add(id, account{changed: true})
	}
	all := partiesOf(rows, known)
	if !r.stored || len(missing) == 0 {
		return all, nil
	}
	found, _ := tx.Query(ctx, r.read, missing)
	var id, balanceMinor int64
	var transfers int16
	_, err := pgx.ForEachRow(found, []any{&id, &balanceMinor, &transfers}, func() error {
		*r.accounts.find(id) = account{balanceMinor: balanceMinor, transfers: transfers}
		return nil
	})
	return all, err
}

// decide returns the outcomes of records, given their parties.
func decide(all []parties, rows []depotRow) []outcome {
	outcomes := make([]outcome, len(rows))
	for i := range rows {
		outcomes[i] = all[i].apply(rows[i].entry)
	}
	return outcomes
}

// store writes what changed into the table, in the order of its key.
func (r *recomputed) store(ctx context.Context, tx pgx.Tx) error {
	var ids []int64
	for id := range r.accounts.numbers {
		if r.accounts.find(id).changed {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if err := r.storeUsers(ctx, tx, ids); err != nil {
		return err
	}
	for _, id := range ids {
		r.accounts.find(id).changed = false
	}
	r.stored = true
	return nil
}

func (r *recomputed) storeUsers(ctx context.Context, tx pgx.Tx, ids []int64) error {
	if !r.stored {
		_, err := tx.CopyFrom(ctx, r.table, []string{"user_id", "balance_minor", "transfers"},
			pgx.CopyFromSlice(len(ids), func(i int) ([]any, error) {
				a := r.accounts.find(ids[i])
				return []any{ids[i], a.balanceMinor, a.transfers}, nil
			}))
		return err
	}
	for chunk := range slices.Chunk(ids, replayChunk) {
		balances, transfers := make([]int64, len(chunk)), make([]int16, len(chunk))
		for i, id := range chunk {
			a := r.accounts.find(id)
			balances[i], transfers[i] = a.balanceMinor, a.transfers
		}
		if _, err := tx.Exec(ctx, r.write, chunk, balances, transfers); err != nil {
			return err
		}
	}
	return nil
}
