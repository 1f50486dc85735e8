package loader

import (
	"slices"
	"time"
)

// maxOrigins bounds the origins reported of one batch.
const maxOrigins = 16

// Observer is told what a Scope fetches, for metrics, traces and explanations. It is called from
// several goroutines at once, never with a lock held.
type Observer interface {
	// BatchDone is called for every batch that was sent, when it is over and before those who wait
	// for it go on. A panic fails the batch.
	BatchDone(Batch)
	// CacheHit is called for keys that were asked for and did not have to be fetched for it: n keys
	// of the source were already cached, on their way, or about to be fetched.
	CacheHit(source string, n int)
}

// AttemptObserver is an [Observer] that is told of batches also while they are under way: of one that is not over when the request
// ends, and of which BatchDone is called too late for it, too.
type AttemptObserver interface {
	Observer
	// BatchAttempt is called before each call of a batch's fetch, which Attempts counts. Duration and Err are not known yet. A
	// panic fails the attempt.
	BatchAttempt(Batch)
}

// Batch is the account of one batch that was sent.
type Batch struct {
	Source   string
	Number   int           // which of the Scope's batches it is, counted from 1
	Wave     int           // the dispatch of the Scope it was part of, counted from 1
	Keys     int           // how many were asked for
	Start    time.Time     // when it was sent
	Duration time.Duration // until it was over, with its turn under MaxConcurrency and all retries
	Attempts int           // calls of the fetch
	Err      error         // of the batch as a whole; errors of single keys do not show here
	Origins  []string      // who asked for the keys before it was sent: distinct, the first 16 in the order they asked
}

// WithObserver has o told of what the Scope fetches. Unless told, nobody is.
func WithObserver(o Observer) ScopeOption {
	return func(s *Scope) { s.observer = o }
}

// originsOf returns who asked for the keys of a batch: first those that asked first for a key,
// then those that joined them.
func originsOf[K comparable, V any](entries []*entry[K, V]) []string {
	var origins []string
	add := func(w *waiter[V]) {
		o := w.root.origin
		if o == "" || len(origins) == maxOrigins || slices.Contains(origins, o) {
			return
		}
		origins = append(origins, o)
	}
	var asked []*waiter[V] // for an entry, the first to ask comes last
	of := func(e *entry[K, V]) []*waiter[V] {
		asked = asked[:0]
		for w := e.last; w != nil; w = w.next {
			asked = append(asked, w)
		}
		return asked
	}
	for _, e := range entries {
		if all := of(e); len(all) > 0 {
			add(all[len(all)-1])
		}
	}
	for _, e := range entries {
		for _, w := range slices.Backward(of(e)) {
			add(w)
		}
	}
	return origins
}
