package loader

import (
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
)

// index finds the entries of a fetcher by their keys. It is a table with open addressing: an entry
// is in the first slot that was free, from the one on that its key's hash gives. A map of the same
// would be asked twice for a key it does not know, to look and to put, and takes twice the memory.
type index[K comparable, V any] struct {
	slots  []*entry[K, V] // a power of two of them, at most three quarters taken
	taken  int
	larger []*entry[K, V] // free slots to grow into, where there are any
	whole  bool           // the keys are whole numbers, for which there is a quicker hash
}

// hashSeed makes hashes those of this process alone: nobody can send keys that share one slot.
var hashSeed = maphash.MakeSeed()

// wordSeeds are those of the hashes of words.
var wordSeeds = [2]uint64{rand.Uint64(), rand.Uint64() | 1}

// hash mixes a word as the runtime does the numbers that are keys of its maps, at a part of the cost of calling it.
func (w word) hash() uint64 {
	high, low := bits.Mul64(uint64(w)^wordSeeds[0], wordSeeds[1])
	return high ^ low
}

// newIndex makes an index with room for n entries before it grows.
func newIndex[K comparable, V any](n int) index[K, V] {
	return indexOf(make([]*entry[K, V], 1<<bits.Len(uint(n+n/3))))
}

// indexOf makes an index of slots that are free. They are a power of two.
func indexOf[K comparable, V any](slots []*entry[K, V]) index[K, V] {
	return index[K, V]{slots: slots, whole: isWhole[K]()}
}

// find returns the slot of a key: of its entry, or a free one that it can be put in. It panics where
// a key can not be hashed.
func (t *index[K, V]) find(k K) int {
	mask := len(t.slots) - 1
	i := t.home(k)
	for {
		if e := t.slots[i]; e == nil || e.key == k {
			return i
		}
		i = (i + 1) & mask
	}
}

func (t *index[K, V]) home(k K) int { return int(t.hash(k)) & (len(t.slots) - 1) }

// hash may be called without the lock.
func (t *index[K, V]) hash(k K) uint64 {
	if t.whole {
		return toWord(k).hash()
	}
	return maphash.Comparable(hashSeed, k)
}

// put puts an entry into the slot of its key, in the place of the one there.
func (t *index[K, V]) put(slot int, e *entry[K, V]) {
	if t.slots[slot] == nil {
		t.taken++
	}
	t.slots[slot] = e
	if t.taken > len(t.slots)/4*3 {
		t.rebuild(2*len(t.slots), func(*entry[K, V]) bool { return true })
	}
}

// rebuild makes the table anew, of the entries that are to be kept.
func (t *index[K, V]) rebuild(size int, keep func(*entry[K, V]) bool) {
	before := t.slots
	if len(t.larger) != size {
		t.larger = make([]*entry[K, V], size)
	}
	t.slots, t.taken, t.larger = t.larger, 0, nil
	for _, e := range before {
		if e == nil || !keep(e) {
			continue
		}
		i := t.home(e.key)
		for t.slots[i] != nil {
			i = (i + 1) & (size - 1)
		}
		t.slots[i] = e
		t.taken++
	}
}

// remove takes an entry out, if it is there. Those behind it that could be in its slot move up, so
// that a free slot ends every search.
func (t *index[K, V]) remove(e *entry[K, V]) {
	mask := len(t.slots) - 1
	free := t.home(e.key)
	for t.slots[free] != e {
		if t.slots[free] == nil {
			return
		}
		free = (free + 1) & mask
	}
	t.taken--
	for i := (free + 1) & mask; t.slots[i] != nil; i = (i + 1) & mask {
		if home := t.home(t.slots[i].key); (i-home)&mask >= (i-free)&mask {
			t.slots[free] = t.slots[i]
			free = i
		}
	}
	t.slots[free] = nil
}
