package ledger

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/jackc/pgx/v5"
)

// replayChunk is how many records are recomputed at a time, up to the end of a microbatch: at most as many again.
const replayChunk = DefaultBatchSize

// replay reads what was decided, in the order of decisions. It is what Verify and Rebuild have in common: both decide all of it again.
type replay struct {
	next []int64 // of each partition, behind what was read
	want []int64 // progress of each partition, where it ends; may grow between reads
}

// stretch is a run of whole microbatches with their records. Behind a hole in the depot records are missing.
type stretch struct {
	links []link
	rows  []depotRow
}

// reader is what both a transaction and a pool can do.
type reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// readLinks has a range of positions, which bounds the size of what it returns: positions count records, and each has 8 bytes of digests.
const readLinks = `SELECT position, partition, next_offset, hash, digests FROM microbatches
WHERE position >= $1 AND position < $2
ORDER BY position, partition`

const readNextLink = `SELECT position, partition, next_offset, NULL::bytea, NULL::bytea FROM microbatches
WHERE position >= $1
ORDER BY position, partition
LIMIT 1`

const readDepotRange = `SELECT depot_offset, user_id, to_user_id, amount_minor, appended_at, kind, record_id
FROM depot
WHERE partition = $1 AND depot_offset >= $2 AND depot_offset < $3
ORDER BY depot_offset`

// read returns the next stretch. It has no rows when there is nothing more. The deviation is one behind which nothing can be recomputed; the
// stretch ends before it.
func (r *replay) read(ctx context.Context, q reader) (*stretch, *Deviation, error) {
	from := sum(r.next)
	end := min(from+replayChunk, sum(r.want))
	if from == 0 {
		from = math.MinInt64 // also what is before the beginning
	}
	links, err := collectLinks(ctx, q, readLinks, from, end)
	if err != nil {
		return nil, nil, err
	}
	if len(links) == 0 {
		if links, err = collectLinks(ctx, q, readNextLink, sum(r.next)); err != nil {
			return nil, nil, err
		}
	}
	s := &stretch{}
	ends := slices.Clone(r.next)
	var misplaced *Deviation
	last := advance{position: math.MinInt64}
	for _, l := range links {
		if reason := r.misplaced(ends, last, l.advance); reason != "" {
			misplaced = &Deviation{"microbatches", l.partition, l.next, -1, reason}
			break
		}
		s.links = append(s.links, l)
		ends[l.partition] = l.next
		last = l.advance
	}
	if len(s.links) == 0 {
		return s, misplaced, nil
	}
	hole, err := r.readRows(ctx, q, s, ends)
	if hole != nil {
		misplaced = hole
	}
	return s, misplaced, err
}

func collectLinks(ctx context.Context, q reader, sql string, args ...any) ([]link, error) {
	rows, _ := q.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, scanLink)
}

// scanLink reads a row of microbatches. One from before there was a chain has no digests.
func scanLink(row pgx.CollectableRow) (l link, err error) {
	var hash []byte
	err = row.Scan(&l.position, &l.partition, &l.next, &hash, &l.digests)
	l.hash = storedHash(hash)
	return l, err
}

// misplaced returns why an advance cannot follow one that ended there, or "".
func (r *replay) misplaced(ends []int64, last, next advance) string {
	switch {
	case int(next.partition) >= len(ends) || next.partition < 0:
		return "there is no such partition"
	case next.position != last.position && next.position != sum(ends):
		return fmt.Sprintf("begins at position %d, the one before ends at %d", next.position, sum(ends))
	case next.next <= ends[next.partition]:
		return fmt.Sprintf("ends at %d, the one before at %d", next.next, ends[next.partition])
	case next.next > r.want[next.partition]:
		return fmt.Sprintf("ends at %d, progress is %d", next.next, r.want[next.partition])
	}
	return ""
}

// readRows reads the records of a stretch in the order of their decision, up to a hole in the depot.
func (r *replay) readRows(ctx context.Context, q reader, s *stretch, ends []int64) (hole *Deviation, err error) {
	parts := make([][]depotRow, len(ends))
	b := &pgx.Batch{}
	for p := range ends {
		if ends[p] == r.next[p] {
			continue
		}
		parts[p] = make([]depotRow, 0, ends[p]-r.next[p])
		b.Queue(readDepotRange, p, r.next[p], ends[p]).Query(func(rows pgx.Rows) (err error) {
			parts[p], err = pgx.AppendRows(parts[p], rows, scanDepotRow)
			return err
		})
	}
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	position, first := sum(r.next), slices.Clone(r.next)
	s.rows = make([]depotRow, 0, sum(ends)-position)
	for _, l := range s.links {
		p := l.partition
		for ; r.next[p] < l.next; r.next[p]++ {
			i := r.next[p] - first[p]
			if i >= int64(len(parts[p])) || parts[p][i].offset != r.next[p] {
				return &Deviation{"depot", p, r.next[p], -1, "is missing"}, nil
			}
			row := parts[p][i]
			row.partition, row.position = p, position
			position++
			s.rows = append(s.rows, row)
		}
	}
	return nil, nil
}

// ended returns the deviation of progress when the microbatches end before it.
func (r *replay) ended() *Deviation {
	for p := range r.want {
		if r.next[p] != r.want[p] {
			return &Deviation{"progress", int32(p), r.next[p], -1,
				fmt.Sprintf("is %d, the microbatches end at %d", r.want[p], r.next[p])}
		}
	}
	return nil
}
