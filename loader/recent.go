package loader

import "sync/atomic"

// recent are entries that Gets found settled. The next Gets find them here without the Scope's
// lock, which goroutines on several processors would have to hand to each other. They are in the
// index, too: what takes a settled entry out of that, under the lock, forgets all that are here.
type recent[K comparable, V any] struct {
	table atomic.Pointer[recentTable[K, V]] // nil until there is one
	read  atomic.Bool                       // there was one: Gets may be reading an entry from it, at any time
}

// recentTable has open addressing. No entry in it is replaced: where there is no room for one,
// Gets go on finding it in the index.
type recentTable[K comparable, V any] [32]atomic.Pointer[entry[K, V]]

// maxProbes is how many slots a key may be in.
const maxProbes = 4

// find returns the entry of a key, if it is here. It needs no lock.
func (r *recent[K, V]) find(hash uint64, k K) *entry[K, V] {
	t := r.table.Load()
	if t == nil {
		return nil
	}
	for i := range uint64(maxProbes) {
		if e := t[(hash+i)%uint64(len(t))].Load(); e != nil && e.key == k {
			return e
		}
	}
	return nil
}

// put adds an entry that has settled. The Scope's lock is held, if only for reading: others may put
// at the same time.
func (r *recent[K, V]) put(hash uint64, e *entry[K, V]) {
	t := r.table.Load()
	if t == nil {
		r.read.Store(true)
		r.table.CompareAndSwap(nil, new(recentTable[K, V]))
		t = r.table.Load()
	}
	for i := range uint64(maxProbes) {
		if t[(hash+i)%uint64(len(t))].CompareAndSwap(nil, e) {
			return
		}
	}
}

// forget empties it. The Scope's lock is held.
func (r *recent[K, V]) forget() {
	if r.table.Load() != nil {
		r.table.Store(nil)
	}
}
