package ledger

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// index finishes the new tables for use: balances, indexes, statistics.
func (r *rebuilding) index(ctx context.Context) error {
	if err := r.storeFunds(ctx); err != nil {
		return err
	}
	for _, sql := range indexRebuilt {
		err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, indexSettings); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if err != nil {
			return err
		}
	}
	_, err := r.conn.Exec(ctx, analyzeRebuilt)
	return err
}

func (r *rebuilding) storeFunds(ctx context.Context) error {
	return pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) error { return r.recomputed.store(ctx, tx) })
}

// replace puts the new tables in the place of the old.
func (r *rebuilding) replace(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		if err := r.catchUp(ctx); err != nil {
			return err
		}
		locked := false
		err := pgx.BeginFunc(ctx, r.conn, func(tx pgx.Tx) (err error) {
			if err := r.stopOthers(ctx, tx); err != nil {
				return err
			}
			locked = true
			return r.swap(ctx, tx)
		})
		// Until everything was locked nothing has changed, here or there.
		if err == nil || locked || !transient(err) || attempt == swapAttempts {
			return err
		}
		if err := sleep(ctx, backoff(attempt)); err != nil {
			return err
		}
	}
}

// catchUp fills until so little is left that the last transaction is short.
func (r *rebuilding) catchUp(ctx context.Context) error {
	for range rebuildRounds {
		rows, _ := r.conn.Query(ctx, readProgress)
		want, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		r.replay.want = want
		if sum(want)-sum(r.replay.next) < replayChunk {
			break
		}
		if err := r.fill(ctx); err != nil {
			return err
		}
	}
	return r.storeFunds(ctx)
}

// stopOthers ends the worker's term: the raised epoch is the fence that no microbatch of it gets past any more. That waits for those under way, and
// keeps readers out. The order is that of a microbatch, the tables of PStates and then progress, so they do not wait for each other in a circle.
func (r *rebuilding) stopOthers(ctx context.Context, tx pgx.Tx) error {
	for _, sql := range [...]string{transactionSettings, clusterSettings, swapSettings, endTerm, dropReplaced} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	var epoch int64
	if err := tx.QueryRow(ctx, readEpoch).Scan(&epoch); err != nil {
		return err
	}
	want := make([]int64, len(r.replay.want))
	for p := range want {
		if err := tx.QueryRow(ctx, raiseEpoch, p, epoch).Scan(&want[p]); err != nil {
			return err
		}
	}
	r.replay.want = want
	return nil
}

// swap adds what was decided since the last stretch, and renames.
func (r *rebuilding) swap(ctx context.Context, tx pgx.Tx) error {
	for sum(r.replay.next) < sum(r.replay.want) {
		s, err := r.read(ctx, tx)
		if err == nil {
			err = r.write(ctx, tx, s)
		}
		if err != nil {
			return err
		}
	}
	if err := r.recomputed.store(ctx, tx); err != nil {
		return err
	}
	for _, sql := range moveRebuilt {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, notify, noteReleased); err != nil {
		return err
	}
	if r.options.Progress != nil {
		r.options.Progress(sum(r.replay.next), sum(r.replay.want))
	}
	return nil
}
