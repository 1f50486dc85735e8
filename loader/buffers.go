package loader

import "sync"

// buffers are what an execution collects in. When it has come to its end another uses them again.
type buffers struct {
	stack   []frame // what can run now; the last comes first
	queue   []frame // what can run when the stack is empty; the first comes first
	next    int     // of the queue
	asks    []asker // what the Scope is to be asked for when the queue is empty as well
	asked   int     // of asks, those that are through
	inbox   []frame // waiters whose cells have settled; guarded by the Scope's lock
	demands demands
	kinds   kinds
	hits    []hit

	execution Execution // of a Get
}

var spareBuffers = sync.Pool{New: func() any { return new(buffers) }}

// maxKept is how many elements a slice has room for at most that is kept.
const maxKept = 1 << 14

// empty says whether nothing is left to run or to ask for.
func (b *buffers) empty() bool {
	return len(b.inbox) == 0 && len(b.stack) == 0 && b.next == len(b.queue) && b.asked == len(b.asks)
}

// recycle leaves the buffers, which are empty, to another execution. Nobody waits for anything in them any more.
func (b *buffers) recycle() {
	b.stack, b.queue, b.inbox, b.asks, b.hits = kept(b.stack), kept(b.queue), kept(b.inbox), kept(b.asks), kept(b.hits)
	b.next, b.asked = 0, 0
	b.execution = Execution{}
	for _, d := range b.demands.list {
		if d != nil {
			d.recycle()
		}
	}
	spareBuffers.Put(b)
}

// kept returns s without its elements, or nil where it is too large to be kept.
func kept[E any](s []E) []E {
	if cap(s) > maxKept {
		return nil
	}
	return s[:0]
}
