package loader

import (
	"context"
	"time"
)

// batch is the keys of one fetch, from the dispatch to the outcome of each.
type batch[K comparable, V any] struct {
	flight
	fetcher *fetcher[K, V]
	entries []*entry[K, V]
	report  *Batch // nil where there is no observer
	handed  int    // of the entries, those that step is through with

	// Owned by the batch's goroutine, as are the entries' outcomes until they are settled.
	todo     []*entry[K, V] // the entries that have no outcome yet
	attempts int
	call     shortcut[K, V] // of the attempt under way
	few      [maxSmall]K    // the keys of the first attempt, where they are so few
}

// maxBatches is how many batches are allocated at once at most.
const maxBatches = 32

func newBatch[K comparable, V any](f *fetcher[K, V], entries []*entry[K, V], wave int) *batch[K, V] {
	if len(f.batches) == 0 {
		f.batches = make([]batch[K, V], min(f.made, maxBatches))
	}
	b := &f.batches[0]
	f.batches = f.batches[1:]
	f.made++
	b.fetcher, b.entries, b.todo = f, entries, entries
	f.scope.sent++
	if f.scope.observer != nil {
		b.report = &Batch{
			Source: f.source.name, Number: f.scope.sent, Wave: wave, Keys: len(entries), Start: time.Now(), Origins: originsOf(entries),
		}
	}
	return b
}

// depart makes the batch the one that is ready to fly. The Scope's lock is held.
func (b *batch[K, V]) depart() {
	ctx := context.Background()
	if w := b.entries[0].first(); w != nil {
		ctx = w.root.x.ctx
	}
	s := b.fetcher.scope
	b.takeOff(ctx, s, b)
	if s.ready != nil {
		s.start()
	}
	s.ready = b
}

// fly fetches the batch, mostly on a goroutine of its own. Between its start and the fetch there are
// few calls with small frames: so the stack that a goroutine begins with is enough for a fetch that
// needs little, and the copy that it grows into for others is soon made.
func (b *batch[K, V]) fly() {
	err := ErrGoexit
	defer func() {
		if r := recover(); r != nil {
			err = newPanicError(r)
		}
		b.arrive(err)
	}()
	err = b.fetchAll()
}

// arrive ends the batch: observers are told first, so that they know of every batch when those who
// waited go on.
func (b *batch[K, V]) arrive(err error) {
	s := b.scope
	if s.observer != nil {
		err = b.tell(s.observer, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if b.land() {
		b.settle(err)
	}
	s.dispatch()
}

// tell reports the batch. A panic of the observer fails the batch, rather than the process.
func (b *batch[K, V]) tell(o Observer, err error) error {
	b.report.Duration = time.Since(b.report.Start)
	b.report.Attempts = b.attempts
	b.report.Err = err
	_, panicked := protect(func(r Batch) struct{} { o.BatchDone(r); return struct{}{} }, *b.report)
	if panicked != nil {
		b.todo = b.entries
		return panicked
	}
	return err
}

// attempt reports that the fetch is called once more.
func (b *batch[K, V]) attempt() error {
	b.attempts++
	o, ok := b.scope.observer.(AttemptObserver)
	if !ok {
		return nil
	}
	b.report.Attempts = b.attempts
	_, panicked := protect(func(r Batch) struct{} { o.BatchAttempt(r); return struct{}{} }, *b.report)
	return panicked
}

// settle gives each key its outcome. Those that have none fail with err, and are forgotten: they
// may be asked for again.
func (b *batch[K, V]) settle(err error) {
	for _, e := range b.todo {
		b.fetcher.entries.remove(e)
		e.put(failed[V](err))
	}
	if x := b.sole(); x != nil {
		for _, e := range b.entries {
			e.settled = true
		}
		x.outstanding -= len(b.entries) - 1
		x.deliver(b)
		return
	}
	b.release()
}

// release lets go on who waits for the entries. Those that follow each other and that the same wait
// for are one.
func (b *batch[K, V]) release() {
	for from := 0; from < len(b.entries); {
		w, to := b.entries[from].last, from
		for ; to < len(b.entries) && b.entries[to].last == w; to++ {
			b.entries[to].settled, b.entries[to].last = true, nil
		}
		w.release(to - from)
		from = to
	}
}

// sole returns the execution that alone waits for the batch, once for each key, where there is one
// that has not ended.
func (b *batch[K, V]) sole() *Execution {
	x := b.entries[0].last.root.x
	for _, e := range b.entries {
		if e.last.next != nil || e.last.column != nil || e.last.root.x != x {
			return nil
		}
	}
	if x.ended {
		return nil
	}
	return x
}

// step hands the outcomes on to those that wait, on the goroutine that drives their execution: one
// frame for all of them. What one of them pushes runs first, then this again.
func (b *batch[K, V]) step(x *Execution) {
	depth := x.push(b)
	for b.handed < len(b.entries) {
		e := b.entries[b.handed]
		b.handed++
		w := e.last
		e.last = nil
		w.step(x)
		if len(x.stack) > depth {
			return
		}
	}
	x.pop()
}

func (b *batch[K, V]) wanted() bool {
	for _, e := range b.entries {
		if e.wanted() {
			return true
		}
	}
	return false
}

func (b *batch[K, V]) abandon() {
	for _, e := range b.entries {
		b.fetcher.entries.remove(e)
	}
}
