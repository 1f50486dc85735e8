package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// depotRow is a record as it is read from the depot.
type depotRow struct {
	entry
	partition  int32
	offset     int64
	position   int64 // how many records are decided before it
	appendedAt time.Time
}

// microbatch is what one transaction decides. First it is filled, while its predecessor may still be under way, and then committed.
//
// Filling needs no transaction. The depot's rows never change, and offsets are gapless in the order of commits, so what
// is visible is a prefix; what this process has appended it need not even read (handed.go). Funds are changed by the holder of the lease alone: see memory.
type microbatch struct {
	epoch      int64   // of its term
	from, next []int64 // progress before and after it
	rows       []depotRow
	outcomes   []outcome
	touched    []touched // the accounts that the records name; nil when it is sent: it may be kept for longer than they are
}

// touched is an account that a microbatch writes, and what it found there. It writes all that it has read, changed or not, and refuses a row that has
// something else than was found. So it stands on what is committed as it commits: on a cluster, a read may see one node before a transaction and another
// after it. (A row that is gone refuses nothing; rows of funds do not go.)
type touched struct {
	userID int64
	*account
	foundMinor     int64
	foundTransfers int16
}

// begin returns an empty microbatch that follows on the progress from.
func (t *term) begin(from []int64) *microbatch {
	t.memory.age()
	return &microbatch{epoch: t.epoch, from: from, next: slices.Clone(from)}
}

// full tells whether more may not be added now, while another is under way or not. Partitions are decided one after the
// other, so with several there is one reading, as late as possible.
func (mb *microbatch) full(size int, underWay bool) bool {
	if len(mb.next) > 1 {
		return underWay || len(mb.rows) > 0
	}
	return len(mb.rows) >= size
}

const readDepot = `SELECT depot_offset, user_id, to_user_id, amount_minor, appended_at, kind, record_id
FROM depot
WHERE partition = $1 AND depot_offset >= $2
ORDER BY depot_offset
LIMIT $3`

const readAccounts = `SELECT user_id, balance_minor, transfers FROM funds WHERE user_id = ANY($1)`

// fill adds and decides what the depot holds next, up to the worker's batchSize. more tells that the depot may hold more yet.
func (w *Worker) fill(ctx context.Context, t *term, mb *microbatch) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.answerWithin)
	defer cancel()
	rows, more, err := w.readDepot(ctx, mb)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	return more, mb.add(ctx, t, rows)
}

// add recalls the funds that records need, and decides them.
func (mb *microbatch) add(ctx context.Context, t *term, rows []depotRow) error {
	all, err := t.memory.recall(ctx, rows)
	if err != nil {
		return err
	}
	mb.decide(all, rows)
	return nil
}

// decide adds records, of which the parties are known, and their outcomes.
func (mb *microbatch) decide(all []parties, rows []depotRow) {
	mb.rows = append(mb.rows, rows...)
	mb.outcomes, mb.touched = slices.Grow(mb.outcomes, len(rows)), slices.Grow(mb.touched, 2*len(rows))
	for i := range rows {
		e, p := rows[i].entry, all[i]
		mb.touch(e.userID, p.payer)
		mb.touch(e.toUserID, p.payee)
		mb.outcomes = append(mb.outcomes, p.apply(e))
	}
}

// touch lists an account, once.
func (mb *microbatch) touch(userID int64, a *account) {
	if !a.listed {
		a.listed = true
		mb.touched = append(mb.touched, touched{userID, a, a.balanceMinor, a.transfers})
	}
}

// readDepot returns the next records, partition after partition. Each partition has an equal share of the microbatch; more
// tells that one of them used it up.
func (w *Worker) readDepot(ctx context.Context, mb *microbatch) (rows []depotRow, more bool, err error) {
	share := max((w.batchSize-len(mb.rows))/len(mb.next), 1)
	position := sum(mb.next)
	b := &pgx.Batch{}
	for p := range mb.next {
		b.Queue(readDepot, p, mb.next[p], share).Query(func(found pgx.Rows) error {
			part, err := pgx.CollectRows(found, scanDepotRow)
			if err != nil {
				return err
			}
			for i := range part {
				row := &part[i]
				if row.offset != mb.next[p] {
					return fmt.Errorf("%w: partition %d has offset %d where %d belongs", ErrCorrupt, p, row.offset, mb.next[p])
				}
				mb.next[p]++
				row.partition, row.position = int32(p), position
				position++
			}
			rows = append(rows, part...)
			more = more || len(part) == share
			return nil
		})
	}
	return rows, more, w.depot.pool.SendBatch(ctx, b).Close()
}

func scanDepotRow(row pgx.CollectableRow) (r depotRow, err error) {
	err = row.Scan(&r.offset, &r.userID, &r.toUserID, &r.amountMinor, &r.appendedAt, &r.kind, &r.id)
	return r, err
}

// advanceProgress is the fence: where offset and epoch are not those that the term knows, the column's null is refused, and with it
// the transaction.
const advanceProgress = `UPDATE progress
SET next_offset = CASE WHEN next_offset = $2::bigint AND epoch = $3::bigint THEN $4::bigint END
WHERE partition = $1::integer`

var stmtAdvanceProgress = statement{"clumpql_advance_progress", advanceProgress}

// write adds the statements of a microbatch to a message.
func (t *term) write(m *message, mb *microbatch) {
	if len(mb.rows) == 1 {
		mb.writeOneHistory(m)
	} else {
		addHistories(m, mb)
	}
	t.addFenced(m, mb)
}

// addFenced adds the fence and what is behind it. Whoever is not alone fails there, and others are kept out until
// the end. So PStates and progress are changed together or not at all.
func (t *term) addFenced(m *message, mb *microbatch) {
	for p := range mb.next {
		if mb.next[p] != mb.from[p] {
			m.add(stmtAdvanceProgress, argInt4(int32(p)), argInt8(mb.from[p]), argInt8(t.epoch), argInt8(mb.next[p]))
		}
	}
	if len(mb.rows) == 1 {
		mb.writeOneFunds(m)
	} else {
		addFunds(m, mb.touched)
	}
	mb.touched = nil
	for _, l := range linksOf(t.hash, mb.next, mb.rows, mb.outcomes) {
		m.add(stmtWriteLink, argInt4(l.partition), argInt8(l.position), argInt8(l.next), l.hash[:], l.digests)
		t.hash = l.hash
	}
	if t.othersListen() {
		m.add(stmtNotify, []byte(settledNote(mb.from, mb.next)))
	}
}

// isFenced tells whether advanceProgress has refused.
func isFenced(err error) bool { return isRefused(err, "progress") }

// isStale tells whether funds are not what was read of them.
func isStale(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || !strings.HasPrefix(refused.TableName, "funds") {
		return false
	}
	return refused.Code == notNullViolation && refused.ColumnName == "balance_minor" || refused.Code == uniqueViolation
}

// isRefused tells whether a table's next_offset has refused a null. A cluster puts the number of a shard behind the table's name.
func isRefused(err error, table string) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == notNullViolation &&
		strings.HasPrefix(refused.TableName, table) && refused.ColumnName == "next_offset"
}

const notNullViolation = "23502"

// sum of the partitions' progress is the position of the next record: how many are decided.
func sum(next []int64) (position int64) {
	for _, n := range next {
		position += n
	}
	return position
}
