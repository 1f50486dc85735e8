package loader

import (
	"math"
	"slices"
	"sync/atomic"
)

// fetcher is the state of one Source (or one parameter of a ParamSource) in one Scope: the cache
// and the keys that wait for the next dispatch. Everything in it but recent is guarded by the Scope's
// lock.
type fetcher[K comparable, V any] struct {
	scope   *Scope
	source  *settings
	fetch   fetching[K, V]
	entries index[K, V]
	pending []*entry[K, V] // in first-asked order
	spare   []entry[K, V]  // entries, allocated by the chunk
	used    int            // of spare
	chunk   int            // the size of the next chunk
	usual   *atomic.Int32  // how many keys the source's last fetcher came to have
	recent  recent[K, V]
}

// maxChunk is how many entries or waiters are allocated at once at most.
const maxChunk = 1024

// maxSmall is how many keys a fetcher has room for in itself, where no more are expected.
const maxSmall = 4

// entry is a key in the cache: pending, being fetched, or settled.
type entry[K comparable, V any] struct {
	cell[V]
	key K
}

// clearable says whether it may be cleared: one that is pending is going to be fetched afresh anyway.
func (e *entry[K, V]) clearable() bool { return e.settled || e.flying }

// newFetcher makes the fetcher that is about to be asked for as many as n keys.
func newFetcher[K comparable, V any](scope *Scope, source *settings, fetch fetching[K, V], usual *atomic.Int32, n int) *fetcher[K, V] {
	n = min(n, int(usual.Load()))
	if n <= maxSmall {
		f := &smallFetcher[K, V]{fetcher: fetcher[K, V]{scope: scope, source: source, fetch: fetch, usual: usual, chunk: 2 * maxSmall}}
		f.entries, f.spare, f.pending = indexOf(f.slots[:]), f.first[:], f.waiting[:0]
		return &f.fetcher
	}
	return &fetcher[K, V]{
		scope: scope, source: source, fetch: fetch, usual: usual, chunk: min(n, maxChunk),
		entries: newIndex[K, V](n),
	}
}

// smallFetcher is a fetcher with what a few keys need, in one allocation.
type smallFetcher[K comparable, V any] struct {
	fetcher[K, V]
	slots   [2 * maxSmall]*entry[K, V]
	first   [maxSmall]entry[K, V]
	waiting [maxSmall]*entry[K, V]
}

// ask returns the cell of a key that is asked for on behalf of r. It is to be fetched unless it is known already.
func (f *fetcher[K, V]) ask(x *Execution, k K, r *root) *cell[V] {
	slot := f.entries.find(k)
	e := f.entries.slots[slot]
	known := e != nil
	if known {
		x.countHit(f.source.name)
	} else {
		e = f.newEntry(k)
		f.entries.put(slot, e)
		if len(f.pending) == 0 {
			f.scope.due = append(f.scope.due, f)
			f.pending = slices.Grow(f.pending, len(f.spare)-f.used+1)
		}
		push(&f.pending, e)
	}
	if p := f.scope.foresight; p != nil {
		if send := p.ask(r, f, known, e.send); !known { // of a known key it is the same, and may be read without the lock
			e.send = send
		}
	}
	return &e.cell
}

func (f *fetcher[K, V]) settingsOf() *settings { return f.source }

func (f *fetcher[K, V]) newEntry(k K) *entry[K, V] {
	if f.used == len(f.spare) {
		f.spare, f.used = make([]entry[K, V], f.chunk), 0
		f.chunk = min(2*f.chunk, maxChunk)
	}
	e := &f.spare[f.used]
	f.used++
	e.key = k
	return e
}

// dispatch sends what is pending, in batches, and says whether there was anything to send. Keys
// that nobody waits for any more are forgotten, those that were primed meanwhile are passed over.
func (f *fetcher[K, V]) dispatch(wave int) bool {
	due := f.pending
	f.pending = nil
	if keys := int32(min(f.entries.taken, math.MaxInt32)); keys != f.usual.Load() {
		f.usual.Store(keys)
	}
	n := 0
	for _, e := range due {
		switch {
		case e.settled:
		case e.wanted():
			due[n] = e
			n++
		default:
			f.entries.remove(e)
		}
	}
	due = due[:n]
	for len(due) > 0 {
		size := len(due)
		if f.source.maxBatchSize > 0 {
			size = min(size, f.source.maxBatchSize)
		}
		newBatch(f, due[:size:size], wave).depart()
		due = due[size:]
	}
	return n > 0
}

func (f *fetcher[K, V]) prime(k K, v V) {
	slot := f.entries.find(k)
	e := f.entries.slots[slot]
	if e == nil || e.clearable() {
		if e != nil {
			f.recent.forget()
		}
		e = f.newEntry(k)
		f.entries.put(slot, e)
	}
	e.put(defined(v))
	e.settle()
}

func (f *fetcher[K, V]) clear(ks []K) {
	f.recent.forget()
	if len(ks) > 0 {
		for _, k := range ks {
			if e := f.entries.slots[f.entries.find(k)]; e != nil && e.clearable() {
				f.entries.remove(e)
			}
		}
		return
	}
	f.entries.rebuild(len(f.entries.slots), func(e *entry[K, V]) bool { return !e.clearable() })
}
