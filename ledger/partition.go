package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// MaxPartitions bounds the partitions of a depot. Their progress has to fit into one notification of 8000 bytes.
const MaxPartitions = 128

// partitionOf returns the partition that holds what userID pays. It is part of the stored format: the same for ever.
// The multiplication spreads neighbouring ids (Knuth's golden ratio); the high half of its product is the well mixed one.
func partitionOf(userID int64, partitions int32) int32 {
	const goldenRatio = 0x9E3779B97F4A7C15
	return int32((uint64(userID) * goldenRatio >> 32) % uint64(partitions))
}

const lockFirstHead = `SELECT partitions FROM depot_heads WHERE partition = 0 FOR UPDATE`

const depotUsed = `SELECT sum(next_offset) > 0 FROM depot_heads`

const spreadHeads = `UPDATE depot_heads SET partitions = $1`

const endTerm = `UPDATE lease SET epoch = epoch + 1, expires_at = '-infinity' WHERE id = 1`

const addHeads = `INSERT INTO depot_heads (partition, partitions) SELECT p, $1 FROM generate_series(1, $1 - 1) AS p`

const addProgress = `INSERT INTO progress (partition, epoch)
SELECT p, (SELECT epoch FROM lease WHERE id = 1) FROM generate_series(1, $1::integer - 1) AS p`

// SetPartitions chooses the number of partitions of a new database, 1 to MaxPartitions.
//
// More partitions than one let the depot be spread over the nodes of a cluster; they cost the total order of records (see
// the package's documentation). Call it right after the migrations. It does nothing when the
// number is chosen already, and returns ErrPartitions when the depot has been used or spread otherwise.
func SetPartitions(ctx context.Context, pool *pgxpool.Pool, partitions int) error {
	if partitions < 1 || partitions > MaxPartitions {
		return fmt.Errorf("%w: want 1 to %d, have %d", ErrPartitions, MaxPartitions, partitions)
	}
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var now int
		if err := tx.QueryRow(ctx, lockFirstHead).Scan(&now); err != nil {
			return err
		}
		if now == partitions {
			return nil
		}
		var used bool
		if err := tx.QueryRow(ctx, depotUsed).Scan(&used); err != nil {
			return err
		}
		if used || now != 1 {
			return fmt.Errorf("%w: the depot has %d and is in use or was spread before", ErrPartitions, now)
		}
		// A worker that runs finds its term over, and learns the new number as it takes the lease again.
		if _, err := tx.Exec(ctx, endTerm); err != nil {
			return err
		}
		for _, sql := range []string{spreadHeads, addHeads, addProgress} {
			if _, err := tx.Exec(ctx, sql, partitions); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("set partitions: %w", err)
	}
	return nil
}
