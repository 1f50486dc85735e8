package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const readHeads = `SELECT partition, partitions, next_offset FROM depot_heads ORDER BY partition`

const readDepotEnd = `SELECT coalesce(max(depot_offset) + 1, $2::bigint), count(*) FROM depot WHERE partition = $1 AND depot_offset >= $2::bigint`

// readFirstHole returns the first offset that is missing before others.
const readFirstHole = `SELECT place FROM (
    SELECT depot_offset, row_number() OVER (ORDER BY depot_offset) - 1 + $2::bigint AS place
    FROM depot WHERE partition = $1 AND depot_offset >= $2::bigint
) AS records
WHERE depot_offset <> place ORDER BY place LIMIT 1`

const readElsewhere = `SELECT partition, depot_offset FROM depot WHERE partition < 0 OR partition >= $1
ORDER BY partition, depot_offset LIMIT 1`

type depotHead struct {
	Partition, Partitions int32
	NextOffset            int64
}

// compareHeads compares the heads with the depot, of which it also looks at what is not decided yet.
func (v *verification) compareHeads(ctx context.Context) error {
	rows, _ := v.tx.Query(ctx, readHeads)
	heads, err := pgx.CollectRows(rows, pgx.RowToStructByPos[depotHead])
	if err != nil {
		return err
	}
	decided := v.replay.want
	if len(heads) != len(decided) {
		v.deviate(Deviation{"depot_heads", -1, -1, -1, fmt.Sprintf("there are %d partitions, progress has %d", len(heads), len(decided))})
		return nil
	}
	for p, h := range heads {
		if int(h.Partition) != p || int(h.Partitions) != len(heads) {
			v.deviate(Deviation{"depot_heads", h.Partition, -1, -1,
				fmt.Sprintf("partition %d of %d, should be %d of %d", h.Partition, h.Partitions, p, len(heads))})
			continue
		}
		if err := v.compareHead(ctx, h, decided[p]); err != nil {
			return err
		}
	}
	elsewhere := Deviation{Table: "depot", UserID: -1, Reason: "there is no such partition"}
	err = v.tx.QueryRow(ctx, readElsewhere, len(heads)).Scan(&elsewhere.Partition, &elsewhere.Offset)
	switch {
	case err == nil:
		v.deviate(elsewhere)
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	return nil
}

// compareHead compares a head with the end of its partition, where the records up to an offset are known to be there.
func (v *verification) compareHead(ctx context.Context, h depotHead, decided int64) error {
	var end, records int64
	if err := v.tx.QueryRow(ctx, readDepotEnd, h.Partition, decided).Scan(&end, &records); err != nil {
		return err
	}
	if end-decided != records {
		hole := Deviation{Table: "depot", Partition: h.Partition, UserID: -1, Reason: "is missing"}
		if err := v.tx.QueryRow(ctx, readFirstHole, h.Partition, decided).Scan(&hole.Offset); err != nil {
			return err
		}
		v.deviate(hole)
	}
	if h.NextOffset != end {
		v.deviate(Deviation{"depot_heads", h.Partition, min(h.NextOffset, end), -1,
			fmt.Sprintf("next offset is %d, the depot ends at %d", h.NextOffset, end)})
	}
	return nil
}
