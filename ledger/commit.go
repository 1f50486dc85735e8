package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// A microbatch is one transaction, and most of what Postgres does for it is to write the histories. These need nothing but the decisions: so while
// a microbatch is under way, the next one writes its histories on another connection, and goes on when the one before it is committed.
//
//	nothing is under way    begin, histories, progress (the fence), funds, link, notify, commit            one message
//	one is                  begin, histories; when it is committed: progress, funds, link, notify, commit  two messages
//
// What stands in the histories before the fence nobody sees, and it goes if the fence refuses. A successor that decides the same records waits
// for it before its own fence: until the other one's fence, or for two seconds if that process has fallen silent between its messages.
//
// Rows are locked in this order by all transactions, those of a lease before and those of the depot before that, so nobody waits in a circle. So are
// tables, with which Rebuild and readers begin at funds: that is why a microbatch does, too.

const (
	// mostUnderWay is how many microbatches are sent and not committed: one commits while another writes its histories.
	mostUnderWay = 2
	// recordsAhead is the fewest records with which a microbatch begins while another is under way, if there is room for so many. What is
	// smaller waits for more: two messages cost more than one, and many small microbatches more than a large one.
	recordsAhead = 1_000
)

// aheadSettings are planSettings for a transaction of two messages. A process that falls silent between them loses it before its lease ends.
const aheadSettings = planSettings + `,
    set_config('idle_in_transaction_session_timeout', '2000', true)`

// holdFunds keeps the table from being replaced until the end of the transaction. It finds nothing.
const holdFunds = `SELECT user_id FROM funds WHERE user_id = -1`

var (
	stmtAhead     = statement{"clumpql_ahead", aheadSettings}
	stmtHoldFunds = statement{"clumpql_hold_funds", holdFunds}
)

// sending is a microbatch on its way to be committed.
type sending struct {
	*microbatch
	histories *message // what is sent ahead; nil: it is all in rest
	rest      *message
	before    *sending      // that was under way; nil: none was
	connected chan struct{} // closed when it has a connection
	over      chan struct{} // closed when it is committed or has failed
	err       error         // why it has failed; to be read when it is over
}

// send makes the messages of a microbatch, given the one that is under way. The microbatch is decided then: what follows it builds on it.
func (t *term) send(mb *microbatch, before *sending) *sending {
	s := &sending{microbatch: mb, before: before, connected: make(chan struct{}), over: make(chan struct{})}
	if before == nil {
		s.rest = &message{settings: stmtPlans}
		s.rest.add(stmtHoldFunds)
		t.write(s.rest, mb)
		return s
	}
	s.rest = &message{part: closing}
	s.histories = &message{part: opening, settings: stmtAhead, second: s.rest}
	s.histories.add(stmtHoldFunds)
	addHistories(s.histories, mb)
	t.addFenced(s.rest, mb)
	return s
}

// commit brings a microbatch into the PStates, after the one before it. After an error the term is over, for nothing is known about the
// commit: the next one reads progress again.
func (w *Worker) commit(ctx context.Context, s *sending) error {
	defer close(s.over)
	ctx, cancel := context.WithTimeout(ctx, w.answerWithin)
	defer cancel()
	if s.err = w.sendParts(ctx, s); s.err != nil {
		// One that was given up with the microbatch before it has that one's error. Its connection is returned by now: to ask why takes one.
		if s.before == nil {
			s.err = w.whyRefused(ctx, s, s.err)
		}
		return s.err
	}
	w.depot.decided.add(s.microbatch) // before the waiters wake: they ask for it
	w.depot.waiters.settled(s.next)
	return nil
}

func (w *Worker) sendParts(ctx context.Context, s *sending) error {
	if err := s.waitTurn(ctx); err != nil {
		return err
	}
	conn, err := w.depot.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	close(s.connected)
	defer conn.Release() // drops the connection if a message has closed it
	if s.histories != nil {
		if err := w.sendAhead(ctx, conn.Conn(), s); err != nil {
			closeConn(ctx, conn.Conn()) // and with it goes what was written
			return err
		}
	}
	w.depot.waiters.sends(conn.Conn().PgConn().PID())
	_, err = s.rest.send(ctx, conn.Conn())
	return err
}

// waitTurn lets the microbatch before have its connection first. If this one took the last, both would wait for the other.
func (s *sending) waitTurn(ctx context.Context) error {
	if s.before == nil {
		return nil
	}
	select {
	case <-s.before.connected:
		return nil
	case <-s.before.over:
		return s.before.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sendAhead writes the histories, and returns when the microbatch before is committed.
func (w *Worker) sendAhead(ctx context.Context, conn *pgx.Conn, s *sending) error {
	_, err := s.histories.send(ctx, conn)
	select {
	case <-s.before.over:
	case <-ctx.Done():
		return ctx.Err()
	}
	if s.before.err != nil {
		return s.before.err
	}
	s.before = nil // or it would keep the one before it, and so on
	return err
}

const readFence = `SELECT next_offset, epoch FROM progress ORDER BY partition`

// whyRefused returns errStaleFunds where funds have changed, and errFenced where a microbatch was refused because others decide. That may show before
// the fence is reached: what they have decided is in the histories already. If it is there though nobody else was at work, the error is that of the
// statement.
func (w *Worker) whyRefused(ctx context.Context, s *sending, refused error) error {
	switch {
	case isFenced(refused):
		return errFenced
	case isStale(refused):
		return fmt.Errorf("%w: %w", errStaleFunds, refused)
	case !isDataError(refused):
		return refused
	}
	var next []int64
	var offset, epoch int64
	fenced := false
	rows, _ := w.depot.pool.Query(ctx, readFence)
	_, err := pgx.ForEachRow(rows, []any{&offset, &epoch}, func() error {
		next = append(next, offset)
		fenced = fenced || epoch != s.epoch
		return nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("read progress after %v: %w", refused, err) //nolint:errorlint // whether to try again is up to the second
	case fenced || !slices.Equal(next, s.from):
		return errFenced
	}
	return refused
}
