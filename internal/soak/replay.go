package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/ledger"
)

// readDecided reads the depot in the order of decisions, each record with the position at which its microbatch begins. A row of microbatches says up to
// which offset of a partition one has gone; each goes partition after partition.
const readDecided = `WITH runs AS (
    SELECT position, partition, next_offset, lag(next_offset, 1, 0::bigint) OVER (PARTITION BY partition ORDER BY position) AS first_offset
    FROM microbatches
)
SELECT r.position, d.kind = 0, d.record_id, d.user_id, d.to_user_id, d.amount_minor
FROM runs r
JOIN depot d ON d.partition = r.partition AND d.depot_offset >= r.first_offset AND d.depot_offset < r.next_offset
ORDER BY r.position, r.partition, d.depot_offset`

const countDepot = `SELECT count(*) FROM depot`

const readFunds = `SELECT user_id, balance_minor FROM funds`

// snapshot is a ledger at one moment.
type snapshot struct {
	decided  []record // in the order of decisions
	balances map[int64]int64
	pending  int64 // records of the depot that are not decided
}

// replay lets the model decide all of a depot, and compares with what the ledger says. It returns how many records there are. What a request that
// nobody waits for any more has appended late is waited for.
func replay(ctx context.Context, pool *pgxpool.Pool) (records int64, err error) {
	found, err := readSnapshot(ctx, pool)
	for err == nil && found.pending > 0 {
		if pause(ctx, retryPause) != nil {
			return 0, fmt.Errorf("replay: %d records of the depot stay undecided", found.pending)
		}
		found, err = readSnapshot(ctx, pool)
	}
	if err != nil {
		return 0, fmt.Errorf("replay: %w", err)
	}
	balances := map[int64]int64{}
	for chunk := range slices.Chunk(found.decided, auditChunk) {
		if err := compareOutcomes(ctx, ledger.NewPStates(pool), chunk, balances); err != nil {
			return 0, err
		}
	}
	for user := range balances {
		found.balances[user] += 0 // listed, as those are whom the ledger alone knows
	}
	for user, got := range found.balances {
		if want := balances[user]; got != want {
			return 0, fmt.Errorf("user %d has %d, the model says %d", user, got, want)
		}
	}
	return int64(len(found.decided)), nil
}

func readSnapshot(ctx context.Context, pool *pgxpool.Pool) (s snapshot, err error) {
	err = pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if s.decided, err = readRecords(ctx, tx); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, countDepot).Scan(&s.pending); err != nil {
			return err
		}
		s.pending -= int64(len(s.decided))
		s.balances = map[int64]int64{}
		var user, balance int64
		rows, _ := tx.Query(ctx, readFunds)
		_, err := pgx.ForEachRow(rows, []any{&user, &balance}, func() error {
			s.balances[user] = balance
			return nil
		})
		return err
	})
	return s, err
}

// readRecords returns the records in the order of decisions. One that nobody has sent is an error.
func readRecords(ctx context.Context, tx pgx.Tx) ([]record, error) {
	var next, begin int64
	rows, _ := tx.Query(ctx, readDecided)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r record, err error) {
		var position int64
		if err := row.Scan(&position, &r.deposit, &r.id, &r.from, &r.to, &r.amount); err != nil {
			return r, err
		}
		if position != begin && position != next {
			return r, fmt.Errorf("a microbatch begins at position %d where %d belongs", position, next)
		}
		if !r.genuine() {
			return r, fmt.Errorf("position %d: nobody has sent %+v", next, r)
		}
		begin = position
		next++
		return r, nil
	})
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
