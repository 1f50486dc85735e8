package ledger

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// PStates reads what the worker has written, and the depot for what it has not decided yet.
//
// Every method takes many keys, and its answer is of one moment. Keys without an answer are absent from maps of records. Safe for
// concurrent use.
type PStates struct {
	pool       *pgxpool.Pool
	partitions atomic.Int32 // 0: not read yet, or the depot was still empty then
	decided    atomic.Int64 // so many records at least
}

// NewPStates returns the PStates of a migrated database.
func NewPStates(pool *pgxpool.Pool) *PStates { return &PStates{pool: pool} }

const readFunds = `SELECT user_id, balance_minor FROM funds WHERE user_id = ANY($1)`

// Balances returns the funds of users in minor units. Every id is in the map; who was never paid has 0.
func (s *PStates) Balances(ctx context.Context, ids []int64) (map[int64]int64, error) {
	balances := newPairs(ids)
	err := readByIndex(ctx, s.pool, plannedOnce, func(rows pgx.Rows) error { return collectPairs(rows, balances) }, readFunds, ids)
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", unavailableIfBroken(err))
	}
	return balances, nil
}

// newPairs returns a map that has 0 for each key.
func newPairs(keys []int64) map[int64]int64 {
	pairs := make(map[int64]int64, len(keys))
	for _, k := range keys {
		pairs[k] = 0
	}
	return pairs
}

// collectPairs adds rows of two integers to a map.
func collectPairs(rows pgx.Rows, pairs map[int64]int64) error {
	var key, value int64
	_, err := pgx.ForEachRow(rows, []any{&key, &value}, func() error {
		pairs[key] += value
		return nil
	})
	return err
}

const readDepotUse = `SELECT max(partitions), sum(next_offset)::bigint FROM depot_heads`

// loadPartitions returns the number of partitions, which is settled once the depot holds a record.
func (s *PStates) loadPartitions(ctx context.Context) (int32, error) {
	if n := s.partitions.Load(); n > 0 {
		return n, nil
	}
	var n int32
	var appended int64
	if err := s.pool.QueryRow(ctx, readDepotUse).Scan(&n, &appended); err != nil {
		return 0, fmt.Errorf("read partitions: %w", err)
	}
	if appended > 0 {
		s.partitions.Store(n)
	}
	return n, nil
}

// unavailableIfBroken marks errors of the connection as ErrUnavailable.
func unavailableIfBroken(err error) error {
	if err != nil && transient(err) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// LedgerStatus is how far the ledger is.
type LedgerStatus struct { //nolint:revive // Status is what became of a record
	Partitions int32
	Appended   int64   // records in the depot
	Processed  int64   // of them decided
	Lag        int64   // of them not decided
	WorkerID   *string // who holds the lease; nil: nobody
}

const readStatus = `SELECT
    (SELECT count(*)::integer FROM depot_heads),
    (SELECT sum(next_offset)::bigint FROM depot_heads),
    (SELECT sum(next_offset)::bigint FROM progress),
    (SELECT worker_id FROM lease WHERE id = 1 AND expires_at > now())`

// ReadStatus returns how far the ledger is.
func (s *PStates) ReadStatus(ctx context.Context) (LedgerStatus, error) {
	var status LedgerStatus
	row := s.pool.QueryRow(ctx, readStatus)
	if err := row.Scan(&status.Partitions, &status.Appended, &status.Processed, &status.WorkerID); err != nil {
		return LedgerStatus{}, fmt.Errorf("read status: %w", unavailableIfBroken(err))
	}
	status.Lag = status.Appended - status.Processed
	return status, nil
}
