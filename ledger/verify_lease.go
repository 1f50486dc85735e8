package ledger

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const readEpochs = `SELECT epoch FROM progress ORDER BY partition`

// compareLease compares the lease with the epochs that it has given out. Whoever takes it raises both in one transaction, SetPartitions that of the
// lease alone. An epoch of progress that the lease has yet to reach would be given out again, and the fence would let two workers pass. Who holds the
// lease, and until when, may be anything: nothing is safe because of it.
func (v *verification) compareLease(ctx context.Context) error {
	var lease int64
	err := v.tx.QueryRow(ctx, readEpoch).Scan(&lease)
	if errors.Is(err, pgx.ErrNoRows) {
		v.deviate(Deviation{"lease", -1, -1, -1, "is missing, so nobody can decide"})
		return nil
	}
	if err != nil {
		return err
	}
	rows, _ := v.tx.Query(ctx, readEpochs)
	epochs, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for p, epoch := range epochs {
		if epoch > lease {
			v.deviate(Deviation{"progress", int32(p), -1, -1, fmt.Sprintf("epoch is %d, the lease has come to %d", epoch, lease)})
		}
	}
	return nil
}
