package loader

import (
	"math/rand/v2"
	"time"
)

// fetchAll fetches the batch, again where the source's retries say so, until every key has its
// outcome. The error it returns is that of the keys left without one.
func (b *batch[K, V]) fetchAll() error {
	for {
		err := b.fetchOnce()
		if err != nil {
			if !b.mayRepeat(err) || !b.pause() {
				return err
			}
			continue
		}
		b.todo = b.take()
		if len(b.todo) == 0 {
			return nil
		}
		if !b.pause() {
			b.todo = nil // they keep the errors they came with
			return nil
		}
	}
}

// fetchOnce calls the fetch for what is still to do, when it is this batch's turn.
func (b *batch[K, V]) fetchOnce() (err error) {
	if slots := b.fetcher.source.slots; slots != nil {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-b.ctx.Done():
			return b.ctx.Err()
		}
	}
	if panicked := b.attempt(); panicked != nil {
		return panicked
	}
	keys := b.keys()
	defer func() {
		if r := recover(); r != nil {
			err = newPanicError(r)
		}
	}()
	b.call.Context = &b.ctx
	return b.fetcher.fetch(&b.call, keys)
}

// keys are those of the entries that are still to do. The fetch may keep them.
func (b *batch[K, V]) keys() (keys []K) {
	if len(b.todo) <= maxSmall && b.attempts == 1 {
		keys = b.few[:len(b.todo):len(b.todo)]
	} else {
		keys = make([]K, len(b.todo))
	}
	for i, e := range b.todo {
		keys[i] = e.key
	}
	return keys
}

// take sorts in what the fetch found, and returns the entries to be fetched again: those that
// failed alone, with an error that allows one more attempt.
func (b *batch[K, V]) take() (again []*entry[K, V]) {
	for i, e := range b.todo {
		r, ok := b.call.found.at(i, e.key)
		switch {
		case !ok:
			e.put(outcome[V]{})
		case r.Err == nil:
			e.put(defined(r.Value))
		default:
			e.put(failed[V](r.Err))
			if b.mayRepeat(r.Err) {
				again = append(again, e)
			}
		}
	}
	return again
}

// mayRepeat says whether err allows another attempt after those made.
func (b *batch[K, V]) mayRepeat(err error) bool {
	return b.ctx.Err() == nil && b.fetcher.source.maxRetries(err) >= b.attempts
}

// pause waits before a repetition: a random time below a bound that doubles each time. It says
// whether the repetition still makes sense: somebody waits, and will do so after the pause.
func (b *batch[K, V]) pause() bool {
	base, most := b.fetcher.source.backoffBase, b.fetcher.source.backoffMax
	if base <= 0 {
		return b.ctx.Err() == nil
	}
	bound := min(base, most)
	for i := 1; i < b.attempts && bound < most; i++ {
		if bound > most/2 {
			bound = most
			break
		}
		bound *= 2
	}
	d := time.Duration(rand.Int64N(int64(max(bound, 0)) + 1))
	if deadline, ok := b.deadline(); ok && time.Now().Add(d).After(deadline) {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-b.ctx.Done():
		return false
	}
}

// deadline is the latest of those who wait for the batch; there is none when one of them has none.
func (b *batch[K, V]) deadline() (latest time.Time, ok bool) {
	b.scope.mu.Lock()
	defer b.scope.mu.Unlock()
	for _, e := range b.entries {
		for w := e.last; w != nil; w = w.next {
			if w.root.x.ended {
				continue
			}
			d, has := w.root.x.ctx.Deadline()
			if !has {
				return time.Time{}, false
			}
			if d.After(latest) {
				latest, ok = d, true
			}
		}
	}
	return latest, ok
}
