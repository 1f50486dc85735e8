package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// While the worker of this process has nothing to do, a small group is decided as it is appended: one transaction has the append and the
// microbatch. That spares a commit, two round trips and the reading of what was just written. The offsets are known beforehand:
// they follow on what the worker has decided, or the head's null refuses them, as the fence refuses a term that is over. The
// locks come in the order of appends and then of microbatches, heads before progress, which nobody takes the other way round.

const (
	// immediateRecords is the most records of a group that is decided as it is appended. Many callers with a record each make larger
	// groups by that, and fewer; large bulks are better appended while those before them are decided.
	immediateRecords = 256
	// busyPatience is how long a group waits for a worker that is busy. Most often that has only what was appended before, and to decide the group
	// with its append costs less than to have the worker go on: it would never become idle under a steady load.
	busyPatience = 20 * time.Millisecond
	// apartAfterRefusal is how many groups are decided apart after one that was not next, or was kept waiting: others append, too, or the worker has a
	// lot to do.
	apartAfterRefusal = 64
)

// errApart means that a group has to be decided apart from its append. Nothing of it was committed.
var errApart = errors.New("to be decided apart")

// immediateSettings are planSettings, and nobody is kept waiting: who holds a head or progress for long does not stop other appends
// than its own, or the worker, by way of this one. So it need not hold funds first as other microbatches do: it lets go of what Rebuild waits for.
const immediateSettings = planSettings + `,
    set_config('lock_timeout', '100', true)`

// immediateRecordSettings are those of immediateSettings that a group of one record needs. Its statements have neither arrays nor joins: Postgres keeps
// their plans by itself. Each setting is a hundredth of its work for such a group.
const immediateRecordSettings = `SELECT set_config('enable_seqscan', 'off', true), set_config('lock_timeout', '100', true)`

const takeNextOffsets = `UPDATE depot_heads
SET next_offset = CASE WHEN partitions = 1 AND next_offset = $1::bigint THEN $2::bigint END
WHERE partition = 0`

const insertDecided = `INSERT INTO depot
    (depot_offset, user_id, to_user_id, amount_minor, append_token, appended_at, partition, kind, record_id)
SELECT unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]),
    $8::timestamptz, h.partition, unnest($6::smallint[]), unnest($7::text[])
FROM depot_heads h
WHERE h.partition = 0`

// insertDecidedRecord is insertDecided for a group of one record: see write_one.go.
const insertDecidedRecord = `INSERT INTO depot
    (partition, depot_offset, user_id, to_user_id, amount_minor, append_token, kind, record_id, appended_at)
VALUES (0, $1, $2, $3, $4, $5, $6, $7, $8)`

var (
	stmtImmediate           = statement{"clumpql_immediate", immediateSettings}
	stmtImmediateRecord     = statement{"clumpql_immediate_record", immediateRecordSettings}
	stmtTakeNextOffsets     = statement{"clumpql_take_next_offsets", takeNextOffsets}
	stmtInsertDecided       = statement{"clumpql_insert_decided", insertDecided}
	stmtInsertDecidedRecord = statement{"clumpql_insert_decided_record", insertDecidedRecord}
)

// idleTerm is a term that an append may use while its worker does not.
type idleTerm struct {
	*term
	whenOver func(func()) (stop func() bool) // calls a function when the term is over, unless stopped
	broken   chan<- error                    // takes why the term cannot go on
	patience time.Duration                   // of an append that finds the term used
}

// borrow returns the term of this process' worker, to be returned, or nil where that stays busy or would not do.
func (d *Depot) borrow(ctx context.Context, group []*call) *idleTerm {
	records := 0
	for _, c := range group {
		records += len(c.entries)
	}
	t := d.idle.Load()
	switch {
	case t == nil || records > immediateRecords:
		return nil
	case d.apart > 0:
		d.apart--
		return nil
	}
	if !t.acquireWithin(ctx, t.patience) {
		if d.idle.Load() == t { // else it is over
			d.apart = apartAfterRefusal
		}
		return nil
	}
	if len(t.next) > 1 {
		t.giveBack()
		return nil
	}
	return t
}

func (t *term) giveBack() { <-t.use }

// appendDecided appends a group of which the depot holds nothing, and decides it, in one transaction. errApart says that it has to be
// done in two, a data error that the depot holds some of it.
func (d *Depot) appendDecided(ctx context.Context, group []*call, committing *bool) error {
	t := d.borrow(ctx, group)
	if t == nil {
		return errApart
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer t.whenOver(cancel)()
	a := newAppending(1)
	a.heads[0] = t.next[0]
	for _, c := range group {
		c.receipts, c.err = a.add(c.entries, c.token)
	}
	if len(a.added) == 0 { // each call contradicts itself
		t.giveBack()
		return nil
	}
	im, err := t.decide(ctx, a.added[0])
	if err != nil {
		t.broken <- err // it does not know all that it should remember
		return errApart
	}
	sent, err := d.sendDecided(ctx, im)
	moved := isRefused(err, "depot_heads") || isLocked(err)
	switch {
	case err == nil:
		t.next = im.next
		t.current.Store(true)
		t.giveBack()
		return nil
	case isFenced(err):
		t.broken <- errFenced
		return errApart
	case !moved && !isDataError(err):
		t.broken <- err
		*committing = sent && commitUnknown(err)
		return err
	}
	im.undo(t)
	t.giveBack()
	if moved {
		d.apart = apartAfterRefusal
		d.wakeWorker() // there is what others have appended
		return errApart
	}
	return err
}

// immediate is a microbatch of records that are appended with it.
type immediate struct {
	*microbatch
	message *message
	hash    Hash         // before it
	all     []parties    // of the records
	were    [][2]account // what they were before
}

// decide decides records that are not appended yet, as of now. After an error the term is over.
func (t *idleTerm) decide(ctx context.Context, c *depotColumns) (*immediate, error) {
	now, first := t.clock.now(), t.next[0]
	rows := c.records(0, now)
	settings := stmtImmediate
	if len(rows) == 1 {
		settings = stmtImmediateRecord
	}
	im := &immediate{microbatch: t.begin(t.next), message: &message{settings: settings}, hash: t.hash}
	var err error
	if im.all, err = t.memory.recall(ctx, rows); err != nil {
		return nil, fmt.Errorf("read funds: %w", err)
	}
	for _, p := range im.all {
		im.were = append(im.were, [2]account{*p.payer, *p.payee})
	}
	im.next[0] = first + int64(len(rows))
	im.decide(im.all, rows)
	im.message.add(stmtTakeNextOffsets, argInt8(first), argInt8(im.next[0]))
	addDecided(im.message, c, now)
	t.write(im.message, im.microbatch)
	return im, nil
}

// addDecided adds what appends records.
func addDecided(m *message, c *depotColumns, now time.Time) {
	if len(c.ids) == 1 {
		m.add(stmtInsertDecidedRecord, argInt8(c.offsets[0]), argInt8(c.userIDs[0]), argInt8(c.toUserIDs[0]), argInt8(c.amounts[0]),
			argInt8(c.tokens[0]), argInt2(c.kinds[0]), []byte(c.ids[0]), argTimestamp(now))
		return
	}
	m.add(stmtInsertDecided, argInt8s(c.offsets), argInt8s(c.userIDs), argInt8s(c.toUserIDs), argInt8s(c.amounts),
		argInt8s(c.tokens), argInt2s(c.kinds), argTexts(c.ids), argTimestamp(now))
}

// undo makes the term what it was before a microbatch of which nothing was committed.
func (im *immediate) undo(t *idleTerm) {
	t.hash = im.hash
	for i, p := range im.all {
		*p.payer, *p.payee = im.were[i][0], im.were[i][1]
	}
}

// sendDecided commits what is appended and decided. sent tells whether Postgres may have got it.
func (d *Depot) sendDecided(ctx context.Context, im *immediate) (sent bool, err error) {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return false, err
	}
	defer conn.Release() // drops the connection if the message has closed it
	d.waiters.sends(conn.Conn().PgConn().PID())
	if _, err := im.message.send(ctx, conn.Conn()); err != nil {
		d.waiters.sends(0) // the term may go on
		return im.message.sent, err
	}
	d.decided.add(im.microbatch) // before the waiters wake: they ask for it
	d.waiters.settled(im.next)
	return true, nil
}

// isLocked tells whether something was locked for longer than lock_timeout.
func isLocked(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && refused.Code == lockNotAvailable && refused.SeverityUnlocalized == "ERROR"
}

const lockNotAvailable = "55P03"
