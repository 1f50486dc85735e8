package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// depotRow is a record as it is read from the depot.
type depotRow struct {
	entry
	partition  int32
	offset     int64
	position   int64 // how many records are decided before it
	appendedAt time.Time
}

const readDepot = `SELECT depot_offset, user_id, to_user_id, amount_minor, appended_at, kind, record_id
FROM depot
WHERE partition = $1 AND depot_offset >= $2
ORDER BY depot_offset
LIMIT $3`

const advanceProgress = `UPDATE progress SET next_offset = $4 WHERE partition = $1 AND next_offset = $2 AND epoch = $3`

const readFunds = `SELECT user_id, balance_minor FROM funds WHERE user_id = ANY($1)`

// microbatch decides what the depot holds next, at most batchSize records, and returns how many.
//
// Reading the depot needs no transaction: its rows never change, and offsets are gapless in the order of commits, so
// what is visible is a prefix. Then comes the transaction: advance progress by compare-and-set, which fails for a
// worker that is not alone and keeps others out until the end; read the funds; decide; write; commit. PStates and
// progress are therefore changed together or not at all. After an error the term is over, for nothing is known
// about the commit: the next one reads progress again.
func (w *Worker) microbatch(ctx context.Context, t *term) (int, error) {
	conn, err := w.depot.pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release() // closes the connection if it is left in a transaction
	rows, next, err := w.readDepot(ctx, conn, t)
	if err != nil || len(rows) == 0 {
		return 0, err
	}

	first := &pgx.Batch{}
	queueBegin(first)
	for p := range next {
		if next[p] == t.next[p] {
			continue
		}
		first.Queue(advanceProgress, p, t.next[p], t.epoch, next[p]).Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() != 1 {
				return errFenced
			}
			return nil
		})
	}
	as := accountsOf(rows)
	as.queueRead(first, readFunds)
	if err := conn.SendBatch(ctx, first).Close(); err != nil {
		return 0, err
	}

	var writes writes
	outcomes := make([]outcome, len(rows))
	for i, row := range rows {
		outcomes[i] = as.apply(row.entry)
		writes.add(row, outcomes[i])
	}
	links := linksOf(t.hash, next, rows, outcomes)
	last := &pgx.Batch{}
	as.queueWrite(last)
	writes.queue(last)
	queueLinks(last, links)
	last.Queue(notify, settledNote(t.next, next))
	last.Queue("commit")
	if err := conn.SendBatch(ctx, last).Close(); err != nil {
		return 0, err
	}
	t.next, t.hash = next, links[len(links)-1].hash
	w.depot.waiters.settled(next)
	return len(rows), nil
}

// readDepot returns the next records, partition after partition, and the progress after them. Each partition has an
// equal share of the batch.
func (w *Worker) readDepot(ctx context.Context, conn *pgxpool.Conn, t *term) ([]depotRow, []int64, error) {
	share := max(w.batchSize/len(t.next), 1)
	next := slices.Clone(t.next)
	position := sum(t.next)
	var rows []depotRow
	b := &pgx.Batch{}
	for p := range t.next {
		b.Queue(readDepot, p, t.next[p], share).Query(func(found pgx.Rows) error {
			part, err := pgx.CollectRows(found, scanDepotRow)
			if err != nil {
				return err
			}
			for i := range part {
				row := &part[i]
				if row.offset != next[p] {
					return fmt.Errorf("%w: partition %d has offset %d where %d belongs", ErrCorrupt, p, row.offset, next[p])
				}
				next[p]++
				row.partition, row.position = int32(p), position
				position++
			}
			rows = append(rows, part...)
			return nil
		})
	}
	return rows, next, conn.SendBatch(ctx, b).Close()
}

func scanDepotRow(row pgx.CollectableRow) (r depotRow, err error) {
	err = row.Scan(&r.offset, &r.userID, &r.toUserID, &r.amountMinor, &r.appendedAt, &r.kind, &r.id)
	return r, err
}

// sum of the partitions' progress is the position of the next record: how many are decided.
func sum(next []int64) (position int64) {
	for _, n := range next {
		position += n
	}
	return position
}
