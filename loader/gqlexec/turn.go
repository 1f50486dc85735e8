package gqlexec

import "sync"

// turn is the time in which an interceptor may call next: while it runs. A run is not for use by two goroutines, nor once it is over and its
// slices belong to the next request, so calls follow each other and a late one does nothing. The zero value is a turn that has begun.
type turn struct {
	mu   sync.Mutex // held while next is under way
	over bool
}

// take runs f unless the turn is over.
func (t *turn) take(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		f()
	}
}

// end waits for the call of next that is under way, and lets none follow. It may be called again.
func (t *turn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
}
