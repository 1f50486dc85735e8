package ledger

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A segment is a run of positions. The keys of the histories begin with it, so that what is decided touches the pages of the newest segment
// alone, of whatever size the ledger is.
//
// What is read of a user is looked up in all segments that may hold it, by one statement with the array of them: an index is walked in the order
// of (segment, user, position), a descent for each segment, and left as soon as a page is full. So a page costs the more
// segments the longer ago its records are; each is a few microseconds. Ids have no order across segments: for them see by_id_sql.go.

// segmentBits is also in the migration that found out the segments of what was decided before it.
const segmentBits = 18

// segmentOf returns the segment that holds a position. Who writes a history writes it, for a column that Postgres generates costs each row more than
// one that it is given.
func segmentOf(position int64) int32 { return int32(position >> segmentBits) }

// segmentsOf returns the segments that hold positions from first to last, of those that there are up to the newest.
func segmentsOf(first, last int64, newest int32) []int32 {
	from, to := max(first>>segmentBits, 0), min(last>>segmentBits, int64(newest))
	all := make([]int32, 0, max(to-from+1, 0))
	for ; from <= to; from++ {
		all = append(all, int32(from))
	}
	return all
}

// allSegments returns the segments up to the newest.
func allSegments(newest int32) []int32 { return segmentsOf(0, math.MaxInt64, newest) }

// readSettings hold for the statements of one message, which find each row by an index. A message is one transaction, for Postgres as for a pooler: to
// begin and commit it takes Postgres 7 µs more, a fifth of the balance of one user and a tenth of a page, and changes nothing.
const readSettings = `SELECT set_config('plan_cache_mode', CASE WHEN ` + onCluster + ` THEN 'force_custom_plan' ELSE $1 END, true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true),
    set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true),
    set_config('jit', 'off', true)`

const (
	// plannedOnce is for statements for which there is one good plan, which Postgres finds for empty tables too. A connection keeps it, but on a cluster:
	// planning takes longer than such a statement does.
	plannedOnce = "force_generic_plan"
	// plannedEach is for statements that several indexes could serve, not all of them well. What is chosen among them depends on how large the tables are
	// then.
	plannedEach = "force_custom_plan"
)

// readByIndex sends a statement under readSettings.
func readByIndex(ctx context.Context, pool *pgxpool.Pool, planned string, collect func(pgx.Rows) error, sql string, args ...any) error {
	b := &pgx.Batch{}
	b.Queue(readSettings, planned)
	b.Queue(sql, args...).Query(collect)
	return pool.SendBatch(ctx, b).Close()
}

const readDecided = `SELECT sum(next_offset)::bigint FROM progress`

// walk sends the statements that queue makes, given the newest segment, in one message, and returns how many records were decided before the first
// of them began.
//
// Which segment is the newest it knows from the walk before. It reads progress first in the same message: where that has come
// to another segment, queue is called once more. So nothing is hidden that was decided before the call.
func (s *PStates) walk(ctx context.Context, planned string, queue func(b *pgx.Batch, newest int32)) (decided int64, err error) {
	for {
		newest := segmentOf(s.decided.Load())
		b := &pgx.Batch{}
		b.Queue(readDecided).QueryRow(func(row pgx.Row) error { return row.Scan(&decided) })
		b.Queue(readSettings, planned) // after what reads a whole table
		queue(b, newest)
		if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
			return 0, err
		}
		for known := s.decided.Load(); known < decided && !s.decided.CompareAndSwap(known, decided); {
			known = s.decided.Load()
		}
		if segmentOf(decided) <= newest {
			return decided, nil
		}
	}
}
