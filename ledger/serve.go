package ledger

import (
	"context"
	"errors"
	"time"
)

// serving is a worker in its term.
type serving struct {
	*Worker
	term      *term
	filled    *microbatch // what is sent next; nil: the worker does not use the term
	more      bool        // the depot may hold more than that
	sent      *sending    // the last that was; nil: nothing is under way
	underWay  int         // microbatches that are sent and not committed
	committed chan error  // how each of them ended
	broken    chan error  // why the term cannot go on, of an append that used it: that does not return it
}

// serve runs one term: it waits for the lease and then decides what comes, until something fails. Each term has an epoch
// of its own and reads progress afresh, so nothing is assumed about how the last one ended.
func (w *Worker) serve(ctx context.Context) (err error) {
	t, err := w.campaign(ctx)
	if err != nil {
		return err
	}
	w.depot.handed.forget() // a term takes nothing for granted
	w.depot.waiters.settled(t.next)
	w.depot.waiters.decides(true)
	defer w.depot.waiters.decides(false)

	ctx, over := context.WithCancel(ctx)
	s := &serving{
		Worker: w, term: t, filled: t.begin(t.next), more: true,
		committed: make(chan error, mostUnderWay), broken: make(chan error, 1),
	}
	lent := &idleTerm{t, func(f func()) func() bool { return context.AfterFunc(ctx, f) }, s.broken, busyPatience}
	w.depot.idle.Store(lent)
	warmed := make(chan struct{})
	go func(end int64) {
		defer close(warmed)
		lent.warm(ctx, end)
	}(t.next[0])
	defer func() { // nothing of a term outlives it
		w.depot.idle.CompareAndSwap(lent, nil)
		for range s.underWay {
			err = errors.Join(err, <-s.committed)
		}
		over()
		if s.filled == nil {
			select {
			case t.use <- struct{}{}:
			case broken := <-s.broken:
				err = errors.Join(err, broken)
			}
		}
		<-warmed
	}()
	return s.decide(ctx)
}

// decide decides what comes.
func (s *serving) decide(ctx context.Context) error {
	renewal := time.NewTicker(max(s.lease/3, time.Millisecond))
	defer renewal.Stop()
	for {
		if err := s.proceed(ctx); err != nil {
			return err
		}
		var use chan<- struct{}
		if s.filled == nil && (s.more || s.depot.handed.some()) {
			use = s.term.use
		}
		var err error
		select {
		case use <- struct{}{}:
			s.filled = s.term.begin(s.term.next)
		case <-s.depot.appended:
			s.more = true
		case <-s.depot.handedOver: // is taken next
		case err = <-s.committed:
			if s.underWay--; s.underWay == 0 {
				s.sent = nil
			}
		case err = <-s.broken:
			s.filled = s.term.begin(s.term.next)
		case <-renewal.C:
			s.more = s.more || !s.term.current.Swap(false) // the net under lost notifications
			err = s.renew(ctx, s.term)
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// proceed does what can be done now. While a microbatch is under way the next one is decided, with all that arrives until then. It is sent
// when nothing is under way any more, or when it is large and not the third; if one before it fails, it goes with the term. When there is nothing
// to do an append may use the term.
func (s *serving) proceed(ctx context.Context) error {
	for s.filled != nil {
		if err := s.fillUp(ctx); err != nil {
			return err
		}
		switch {
		case len(s.filled.rows) == 0 && s.underWay == 0:
			s.term.next, s.filled = s.filled.next, nil
			<-s.term.use
		case s.underWay == mostUnderWay, s.underWay > 0 && len(s.filled.rows) < min(recordsAhead, s.batchSize):
			return nil
		default:
			s.sent = s.term.send(s.filled, s.sent)
			s.underWay++
			go func(sent *sending) { s.committed <- s.commit(ctx, sent) }(s.sent)
			s.filled = s.term.begin(s.filled.next)
		}
	}
	return nil
}

// fillUp decides what has arrived, up to a full microbatch. What this process has appended is taken from there if it is next, the rest
// is read from the depot.
func (s *serving) fillUp(ctx context.Context) (err error) {
	mb := s.filled
	for !mb.full(s.batchSize, s.underWay > 0) {
		rows, gap := s.depot.handed.take(mb.next[0], s.batchSize-len(mb.rows))
		switch {
		case len(rows) > 0:
			mb.next[0] += int64(len(rows))
			err = s.add(ctx, rows)
		case s.more, gap:
			s.more, err = s.fill(ctx, s.term, mb)
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// add adds records to what is sent next.
func (s *serving) add(ctx context.Context, rows []depotRow) error {
	ctx, cancel := context.WithTimeout(ctx, s.answerWithin)
	defer cancel()
	return s.filled.add(ctx, s.term, rows)
}
