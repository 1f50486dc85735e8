package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/ledger"
)

const readDepot = `SELECT depot_offset, kind = 0, record_id, user_id, to_user_id, amount_minor
FROM depot WHERE partition = 0 AND depot_offset >= $1 ORDER BY depot_offset LIMIT $2`

// replay lets the model decide all of a depot of one partition, and compares with what the ledger says. It returns how many records there are.
// Nothing may be left to decide.
func replay(ctx context.Context, pool *pgxpool.Pool) (records int64, err error) {
	pstates := ledger.NewPStates(pool)
	balances := map[int64]int64{}
	for {
		rows, _ := pool.Query(ctx, readDepot, records, auditChunk)
		chunk, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r record, err error) {
			var offset int64
			if err := row.Scan(&offset, &r.deposit, &r.id, &r.from, &r.to, &r.amount); err != nil {
				return r, err
			}
			if offset != records {
				return r, fmt.Errorf("offset %d follows %d", offset, records-1)
			}
			records++
			if !r.genuine() {
				return r, fmt.Errorf("offset %d: nobody has sent %+v", offset, r)
			}
			return r, nil
		})
		if err != nil {
			return records, fmt.Errorf("replay: %w", err)
		}
		if len(chunk) == 0 {
			return records, compareBalances(ctx, pstates, balances)
		}
		if err := compareOutcomes(ctx, pstates, chunk, balances); err != nil {
			return records, err
		}
	}
}

// compareOutcomes decides records and compares.
func compareOutcomes(ctx context.Context, pstates *ledger.PStates, records []record, balances map[int64]int64) error {
	found, err := find(ctx, pstates, records)
	if err != nil {
		return err
	}
	for _, r := range records {
		want := decide(r, balances[r.from], balances[r.to])
		if want.status == succeeded {
			if !r.deposit {
				balances[r.from] -= r.amount
			}
			balances[r.to] += r.amount
		}
		if got, ok := found[r.key()]; !ok || got != want {
			return fmt.Errorf("record %s: the ledger says %v, the model %v", r.id, got, want)
		}
	}
	return nil
}

func compareBalances(ctx context.Context, pstates *ledger.PStates, want map[int64]int64) error {
	for users := range slices.Chunk(slices.Sorted(maps.Keys(want)), auditChunk) {
		got, err := pstates.Balances(ctx, users)
		if err != nil {
			return err
		}
		for _, user := range users {
			if got[user] != want[user] {
				return fmt.Errorf("user %d has %d, the model says %d", user, got[user], want[user])
			}
		}
	}
	return nil
}
