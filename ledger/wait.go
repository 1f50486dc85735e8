package ledger

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// pollListening is the net under notifications that are lost.
	pollListening = time.Second
	// pollFirst and pollLast bound how often progress is read where no Worker runs, so nobody listens.
	pollFirst = 5 * time.Millisecond
	pollLast  = 200 * time.Millisecond
	// presence is how long a process that listens counts as there after it was heard of. It is to be heard of three times in it.
	presence = 3 * candidatePause
)

// waiters knows how far the depot is decided and wakes those who wait for more. The zero waiters is ready for use.
type waiters struct {
	mu        sync.Mutex // guards all below; nothing that waits is called under it
	next      [MaxPartitions]int64
	decided   int64 // the sum of next: records that are decided, in all partitions
	waiting   map[*waiter]struct{}
	listening bool      // notifications keep next up to date
	heard     time.Time // when another process was last heard of, or could have been before this one listened
	polling   bool      // a poll goroutine runs; while nobody waits none does
	closed    bool      // none may be started
	pollErr   error     // of the last poll: Postgres is away
	silence   silence   // of the poll under way

	deciding bool      // a Worker of this process serves a term, and wakes waiters itself
	sender   uint32    // the backend by which it commits; 0: none
	sent     time.Time // when it sent the microbatch under way; zero: there is none
}

// waiter waits until every partition has passed its offset and more than so many records are decided in all.
type waiter struct {
	last   map[int32]int64 // the highest offset in each partition
	beyond int64           // -1: any number will do
	done   chan struct{}
}

// Wait returns nil when all these records are decided, and ctx.Err() when ctx ends before, together with ErrUnavailable if
// Postgres was out of reach then, or had not answered for three seconds.
//
// Any process can wait for the records of any other. A Worker of the same Depot wakes its waiters as it commits;
// the commits of another process arrive by notification while a Worker of this Depot runs, in whatever role (in its first moments the other
// may not know yet that somebody listens); without one, and as a net, progress is polled. A receipt that the depot never gave may wait for ever.
func (d *Depot) Wait(ctx context.Context, receipts []Receipt) error {
	w := &waiter{last: map[int32]int64{}, beyond: -1, done: make(chan struct{})}
	for _, r := range receipts {
		if r.Partition < 0 || r.Partition >= MaxPartitions {
			return &InvalidError{Field: "partition", Reason: "is unknown"}
		}
		w.last[r.Partition] = max(w.last[r.Partition], r.Offset)
	}
	return d.waitFor(ctx, w)
}

// WaitBeyond returns when more than the given number of records are decided in all partitions together, with how many are at least:
// what is read after it shows them. It is woken, and fails, as Wait is. For -1 it does not wait, and returns what it knows.
func (d *Depot) WaitBeyond(ctx context.Context, number int64) (decided int64, err error) {
	if err := d.waitFor(ctx, &waiter{beyond: number, done: make(chan struct{})}); err != nil {
		return 0, err
	}
	d.waiters.mu.Lock()
	defer d.waiters.mu.Unlock()
	return d.waiters.decided, nil
}

func (d *Depot) waitFor(ctx context.Context, w *waiter) error {
	if !d.waiters.join(w, func() { d.spawn(d.poll) }) {
		return nil
	}
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
	}
	if away := d.waiters.leave(w); away != nil {
		return fmt.Errorf("wait: %w: %w: %w", ErrUnavailable, ctx.Err(), away)
	}
	return fmt.Errorf("wait: %w", ctx.Err())
}

// join is false when there is nothing to wait for.
func (ws *waiters) join(w *waiter, startPoll func()) bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if ws.passed(w) {
		return false
	}
	if ws.waiting == nil {
		ws.waiting = map[*waiter]struct{}{}
	}
	ws.waiting[w] = struct{}{}
	if !ws.polling && !ws.closed {
		ws.polling = true
		startPoll()
	}
	return true
}

func (ws *waiters) leave(w *waiter) (away error) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	delete(ws.waiting, w)
	return ws.silence.or(ws.pollErr)
}

// passed is called under mu.
func (ws *waiters) passed(w *waiter) bool {
	for p, last := range w.last {
		if ws.next[p] <= last {
			return false
		}
	}
	return ws.decided > w.beyond
}

// settled takes over progress from the Worker of this process, which may be old, and wakes those whose records are decided.
func (ws *waiters) settled(next []int64) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for p := range next {
		ws.next[p] = max(ws.next[p], next[p])
	}
	ws.sent = time.Time{}
	ws.wake()
}

// settledNote is settled for a notification of a backend. Its own Worker's are left to that: it has the outcomes, too.
func (ws *waiters) settledNote(note string, backend uint32) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	if backend == ws.sender {
		return
	}
	parseSettledNote(note, func(p int32, next int64) { ws.next[p] = max(ws.next[p], next) })
	ws.wake()
}

// wake is called under mu, after a change of next.
func (ws *waiters) wake() {
	ws.decided = sum(ws.next[:])
	for w := range ws.waiting {
		if ws.passed(w) {
			delete(ws.waiting, w)
			close(w.done)
		}
	}
}

// polls tells that progress is about to be read.
func (ws *waiters) polls() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.silence.begin()
}

// polled is settled for progress that was read. While a microbatch is under way the Worker is about to tell, unless it hangs.
func (ws *waiters) polled(next []int64, err error) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.pollErr = err
	ws.silence.end()
	if !ws.sent.IsZero() && time.Since(ws.sent) < DefaultLease {
		return
	}
	for p := range next {
		ws.next[p] = max(ws.next[p], next[p])
	}
	ws.wake()
}

// decides tells that a Worker of this process serves a term, or does not any more.
func (ws *waiters) decides(deciding bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.deciding, ws.sender, ws.sent = deciding, 0, time.Time{}
}

// decidesHere tells whether a Worker of this process serves a term, as far as it knows.
func (ws *waiters) decidesHere() bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return ws.deciding
}

// sends tells that a microbatch is under way by a backend, or, by 0, that it was refused.
func (ws *waiters) sends(backend uint32) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.sender, ws.sent = backend, time.Now()
	if backend == 0 {
		ws.sent = time.Time{}
	}
}

// setListening tells whether notifications arrive.
func (ws *waiters) setListening(listening bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.listening = listening
	if listening {
		ws.heardAt(time.Now())
	}
}

// heardOther tells that another process said that it listens.
func (ws *waiters) heardOther(at time.Time) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.heardAt(at)
}

// heardAt is called under mu.
func (ws *waiters) heardAt(at time.Time) {
	if at.After(ws.heard) {
		ws.heard = at
	}
}

// othersListen tells whether another process may be listening: one was heard of lately, or could not have been.
func (ws *waiters) othersListen() bool {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	return !ws.listening || time.Since(ws.heard) < presence
}

func (ws *waiters) close() {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	ws.closed = true
}

// pause returns how long the poll goroutine has to sleep, given how long it slept last; not ok: it has to end.
func (ws *waiters) pause(last time.Duration) (pause time.Duration, ok bool) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	switch {
	case len(ws.waiting) == 0 || ws.closed:
		ws.polling = false
		ws.pollErr = nil
		return 0, false
	case ws.listening || ws.deciding:
		return pollListening, true
	case last == 0:
		return pollFirst, true
	}
	return min(2*last, pollLast), true
}

// poll reads progress, less and less often, while anybody waits.
func (d *Depot) poll(ctx context.Context) {
	pause, ok := d.waiters.pause(0)
	for ok {
		// An end of ctx shows as closed in the next pause.
		_ = sleep(ctx, pause)
		if pause, ok = d.waiters.pause(pause); ok {
			d.readSettled(ctx)
		}
	}
}

const readProgress = `SELECT next_offset FROM progress ORDER BY partition`

// readSettled reads progress and wakes who waited for it. It never fails for good: the next poll reads again.
func (d *Depot) readSettled(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, appendTimeout)
	defer cancel()
	d.waiters.polls()
	rows, _ := d.pool.Query(ctx, readProgress)
	next, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	d.waiters.polled(next, err)
}
