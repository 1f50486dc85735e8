package ledger

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// listenPause is the pause before a lost connection is opened again, and bounds opening it and closing it.
const listenPause = time.Second

// listen receives the notifications of other processes until ctx ends, and returns nil then. It has a connection of its
// own, outside the pool. While that is broken, everything goes on by polling.
func (d *Depot) listen(ctx context.Context, w *Worker) error {
	for ctx.Err() == nil {
		err := d.listenOnce(ctx, w)
		d.waiters.setListening(false)
		if ctx.Err() == nil {
			w.logger.Warn("ledger notifications lost", "worker", w.id, "error", err)
			_ = sleep(ctx, listenPause) // the loop notices the end of ctx
		}
	}
	return nil
}

func (d *Depot) listenOnce(ctx context.Context, w *Worker) error {
	conn, err := pgx.ConnectConfig(ctx, d.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listenPause)
		defer cancel()
		_ = conn.Close(ctx) // the error that ended the loop is the one that counts
	}()
	if _, err := conn.Exec(ctx, listen); err != nil {
		return err
	}
	d.waiters.setListening(true)
	// What was notified before is made up for by looking.
	d.readSettled(ctx)
	d.wakeWorker()
	w.wakeCandidate()

	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		switch {
		case n.Payload == noteAppended:
			d.wakeWorker()
		case n.Payload == noteReleased:
			w.wakeCandidate()
		case n.Payload == noteHere:
			d.waiters.heardOther(time.Now())
		case strings.HasPrefix(n.Payload, noteSettled):
			d.waiters.settledNote(n.Payload, n.PID)
		}
	}
}

// wakeCandidate tells a worker that waits for the lease to try. It never blocks.
func (w *Worker) wakeCandidate() {
	select {
	case w.released <- struct{}{}:
	default:
	}
}
