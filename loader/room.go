package loader

import (
	"math"
	"sync"
	"sync/atomic"
)

// room is the memory of a fetcher in a Scope that was closed, without anything in it. A fetcher of the same source in another
// Scope is made in it.
type room[K comparable, V any] struct {
	slots   []*entry[K, V]
	entries []entry[K, V]
	asked   []*entry[K, V] // what is left in it leads to entries only
}

// rooms are those of a source that are not in use.
type rooms[K comparable, V any] struct {
	usual atomic.Int32 // how many keys the source's last fetcher came to have
	spare sync.Pool    // of *room[K, V]
}

func (s *rooms[K, V]) take() *room[K, V] {
	r, _ := s.spare.Get().(*room[K, V])
	return r
}

func (s *rooms[K, V]) expect(keys int) {
	if keys := int32(min(keys, math.MaxInt32)); keys != s.usual.Load() {
		s.usual.Store(keys)
	}
}

// closer is a fetcher, whatever its types.
type closer interface {
	// close leaves its memory to others, and returns the next of the Scope's fetchers. The lock is held.
	close() closer
}

func (f *fetcher[K, V]) close() closer {
	f.recent.forget()
	if f.fits() && !f.recent.read.Load() {
		f.leaveRoom()
	}
	f.entries.slots, f.spare, f.asked, f.room = nil, nil, nil, nil
	return f.next
}

// fits says whether the fetcher's room is of a size to be used again: its entries are in one piece, and took a good part of it.
// Few entries are in the fetcher itself.
func (f *fetcher[K, V]) fits() bool {
	return f.before == 0 && f.used > maxSmall && f.used >= len(f.spare)/16 && len(f.spare) <= maxKept
}

func (f *fetcher[K, V]) leaveRoom() {
	r := f.room
	if r == nil {
		r = new(room[K, V])
	}
	clear(f.entries.slots)
	clear(f.spare[:f.used])
	r.slots, r.entries, r.asked = f.entries.slots, f.spare, f.asked[:0]
	f.rooms.spare.Put(r)
}
