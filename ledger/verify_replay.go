package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// stretch is a run of whole microbatches that is recomputed at once.
type stretch struct {
	links []link
	ends  []int64 // of each partition, after the links
}

const readMicrobatches = `SELECT position, partition, next_offset, hash, digests FROM microbatches
WHERE (position, partition) > ($1, $2)
ORDER BY position, partition
LIMIT $3`

// replay walks the microbatches in order and recomputes them, a stretch of about verifyChunk records at a time.
func (v *verification) replay(ctx context.Context) error {
	last := segment{position: -1}
	s := &stretch{ends: slices.Clone(v.next)}
	for !v.stopped {
		rows, _ := v.tx.Query(ctx, readMicrobatches, last.position, last.partition, linkPage)
		links, err := pgx.CollectRows(rows, scanLink)
		if err != nil {
			return err
		}
		if len(links) == 0 {
			break
		}
		for _, next := range links {
			begins := next.position != last.position
			if begins && sum(s.ends)-sum(v.next) >= verifyChunk {
				if err := v.recompute(ctx, s); err != nil || v.stopped {
					return err
				}
			}
			if reason := v.misplaced(s, next.segment, begins); reason != "" {
				err := v.recompute(ctx, s)
				v.stop("microbatches", next.partition, next.next, reason)
				return err
			}
			s.links = append(s.links, next)
			s.ends[next.partition] = next.next
			last = next.segment
		}
	}
	return v.recompute(ctx, s)
}

// misplaced returns why a segment cannot follow a stretch, or "".
func (v *verification) misplaced(s *stretch, next segment, begins bool) string {
	switch {
	case int(next.partition) >= len(s.ends) || next.partition < 0:
		return "there is no such partition"
	case begins && next.position != sum(s.ends):
		return fmt.Sprintf("begins at position %d, the one before ends at %d", next.position, sum(s.ends))
	case next.next <= s.ends[next.partition]:
		return fmt.Sprintf("ends at %d, the one before at %d", next.next, s.ends[next.partition])
	case next.next > v.want[next.partition]:
		return fmt.Sprintf("ends at %d, progress is %d", next.next, v.want[next.partition])
	}
	return ""
}

// recompute decides a stretch again, compares the outcomes with the histories, and empties the stretch.
func (v *verification) recompute(ctx context.Context, s *stretch) error {
	rows, err := v.readStretch(ctx, s)
	if err != nil || len(rows) == 0 {
		return err
	}
	as := accountsOf(rows)
	if err := v.readRecomputed(ctx, as); err != nil {
		return err
	}
	outcomes := make([]outcome, len(rows))
	for i, row := range rows {
		outcomes[i] = as.apply(row.entry)
	}
	if err := v.writeRecomputed(ctx, as, rows); err != nil {
		return err
	}
	v.compareLinks(s.links, rows, outcomes)
	if err := v.compareHistories(ctx, rows, outcomes); err != nil {
		return err
	}
	v.report.Records += int64(len(rows))
	copy(v.next, s.ends)
	s.links = s.links[:0]
	if v.progress != nil {
		v.progress(v.report.Records, v.total)
	}
	return nil
}

const readDepotRange = `SELECT depot_offset, user_id, to_user_id, amount_minor, appended_at, kind, record_id
FROM depot
WHERE partition = $1 AND depot_offset >= $2 AND depot_offset < $3
ORDER BY depot_offset`

// readStretch returns the records of a stretch in the order of their decision. At a hole in the depot it stops for good.
func (v *verification) readStretch(ctx context.Context, s *stretch) ([]depotRow, error) {
	byPartition := make([][]depotRow, len(s.ends))
	for p := range s.ends {
		found, _ := v.tx.Query(ctx, readDepotRange, p, v.next[p], s.ends[p])
		rows, err := pgx.CollectRows(found, scanDepotRow)
		if err != nil {
			return nil, err
		}
		byPartition[p] = rows
	}
	var ordered []depotRow
	next := slices.Clone(v.next)
	for _, link := range s.links {
		p := link.partition
		for ; next[p] < link.next; next[p]++ {
			i := next[p] - v.next[p]
			if i >= int64(len(byPartition[p])) || byPartition[p][i].offset != next[p] {
				copy(s.ends, next)
				v.stop("depot", p, next[p], "is missing")
				return ordered, nil
			}
			row := byPartition[p][i]
			row.partition, row.position = p, sum(v.next)+int64(len(ordered))
			ordered = append(ordered, row)
		}
	}
	return ordered, nil
}

const readRecomputedFunds = `SELECT user_id, balance_minor FROM recomputed_funds WHERE user_id = ANY($1)`

func (v *verification) readRecomputed(ctx context.Context, as accounts) error {
	b := &pgx.Batch{}
	as.queueRead(b, readRecomputedFunds)
	return v.tx.SendBatch(ctx, b).Close()
}

const writeRecomputedFunds = `INSERT INTO recomputed_funds (user_id, balance_minor, depot_offset, partition)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::integer[])
ON CONFLICT (user_id) DO UPDATE
SET balance_minor = excluded.balance_minor, depot_offset = excluded.depot_offset, partition = excluded.partition`

// writeRecomputed writes the balances of all accounts that the rows name, and which row named each last.
func (v *verification) writeRecomputed(ctx context.Context, as accounts, rows []depotRow) error {
	lasts := make(map[int64]depotRow, len(as))
	for _, row := range rows {
		lasts[row.userID] = row
		lasts[row.toUserID] = row
	}
	var ids, balances, offsets []int64
	var partitions []int32
	for id, a := range as {
		ids = append(ids, id)
		balances = append(balances, a.balanceMinor)
		offsets = append(offsets, lasts[id].offset)
		partitions = append(partitions, lasts[id].partition)
	}
	_, err := v.tx.Exec(ctx, writeRecomputedFunds, ids, balances, offsets, partitions)
	return err
}
