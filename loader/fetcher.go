package loader

import "slices"

// fetcher is the state of one Source (or one parameter of a ParamSource) in one Scope: the cache
// and the keys that wait for the next dispatch. Everything in it but recent is guarded by the Scope's
// lock.
type fetcher[K comparable, V any] struct {
	scope    *Scope
	source   *settings
	fetch    fetching[K, V]
	rooms    *rooms[K, V] // of the source
	room     *room[K, V]  // that it was made in; nil: in none
	next     closer       // of the Scope's fetchers
	entries  index[K, V]
	asked    []*entry[K, V] // in first-asked order; those that are pending come last
	pending  int            // of asked, the first that is
	spare    []entry[K, V]  // entries, allocated by the chunk
	used     int            // of spare
	before   int            // entries in the chunks before spare
	recent   recent[K, V]
	made     int           // batches
	batches  []batch[K, V] // those to come, allocated by the chunk
	foremost [1]batch[K, V]
}

// maxChunk is how many entries or waiters are allocated at once at most, where it is not known that so many will be needed.
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
func newFetcher[K comparable, V any](scope *Scope, source *settings, fetch fetching[K, V], rooms *rooms[K, V], n int) *fetcher[K, V] {
	n = min(n, int(rooms.usual.Load()))
	r := rooms.take()
	if r == nil && n <= maxSmall {
		f := &smallFetcher[K, V]{fetcher: fetcher[K, V]{scope: scope, source: source, fetch: fetch, rooms: rooms}}
		f.entries, f.spare, f.asked = indexOf(f.slots[:]), f.first[:], f.waiting[:0]
		return f.among(scope)
	}
	f := &fetcher[K, V]{scope: scope, source: source, fetch: fetch, rooms: rooms, room: r}
	if r == nil {
		f.entries, f.spare = newIndex[K, V](n), make([]entry[K, V], n+n/8)
	} else {
		f.entries, f.spare, f.asked = indexOf(r.slots), r.entries, r.asked
	}
	return f.among(scope)
}

// among adds it to the fetchers of a Scope.
func (f *fetcher[K, V]) among(s *Scope) *fetcher[K, V] {
	f.next, s.made = s.made, f
	f.batches = f.foremost[:]
	return f
}

// smallFetcher is a fetcher with what a few keys need, in one allocation.
type smallFetcher[K comparable, V any] struct {
	fetcher[K, V]
	slots   [2 * maxSmall]*entry[K, V]
	first   [maxSmall]entry[K, V]
	waiting [maxSmall]*entry[K, V]
}

// further is what a smallFetcher needs for some keys more, in one allocation.
type further[K comparable, V any] struct {
	slots   [4 * maxSmall]*entry[K, V]
	next    [2 * maxSmall]entry[K, V]
	waiting [3 * maxSmall]*entry[K, V]
}

// grow makes room for more entries.
func (f *fetcher[K, V]) grow() {
	f.before += f.used
	f.used = 0
	if f.before != maxSmall {
		f.spare = make([]entry[K, V], min(max(f.before, 2*maxSmall), maxChunk))
		return
	}
	more := new(further[K, V])
	f.spare, f.asked = more.next[:], append(more.waiting[:0], f.asked...)
	f.entries.larger = more.slots[:]
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
		if f.pending == len(f.asked) {
			f.scope.due = append(f.scope.due, f)
			f.asked = slices.Grow(f.asked, len(f.spare)-f.used+1)
		}
		push(&f.asked, e)
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
		f.grow()
	}
	e := &f.spare[f.used]
	f.used++
	e.key = k
	return e
}

// dispatch sends what is pending, in batches, and says whether there was anything to send. Keys
// that nobody waits for any more are forgotten, those that were primed meanwhile are passed over.
func (f *fetcher[K, V]) dispatch(wave int) bool {
	due := f.asked[f.pending:]
	f.pending = len(f.asked)
	f.rooms.expect(f.entries.taken)
	n := 0
	for _, e := range due {
		switch {
		case e.settled:
		case e.wanted():
			e.flying = true
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
