package ledger

import (
	"fmt"
	"sync"
)

const (
	// maxWaiting bounds the records that wait in line, which bounds the memory and the wait of the last.
	maxWaiting = 100_000
	// maxGroup is the number of records after which a group takes no further call.
	maxGroup = 10_000
)

// call is one Append on its way to the depot. Its owner writes entries and token before it joins the line; then the
// drain goroutine owns it, sets receipts or err, and closes done.
type call struct {
	entries  []entry
	token    int64
	receipts []Receipt
	err      error
	done     chan struct{}
}

// line holds the calls that arrived while the last group was under way, first come first served.
// The zero line is ready for use. A drain goroutine runs while, and only while, there is something to commit.
type line struct {
	mu       sync.Mutex // guards all below; nothing that waits is called under it
	calls    []*call
	records  int // of calls
	draining bool
	closed   bool
	away     error // of the last attempt to commit: Postgres is out of reach
	silence  silence
}

// join puts c at the end of the line, and starts a drain goroutine unless one runs. A call that finds the line empty
// always gets in, one that would make it longer than maxWaiting gets ErrUnavailable.
func (l *line) join(c *call, startDrain func()) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return fmt.Errorf("%w: the depot is closed", ErrUnavailable)
	}
	if l.records > 0 && l.records+len(c.entries) > maxWaiting {
		return fmt.Errorf("%w: %d records are waiting", ErrUnavailable, l.records)
	}
	l.calls = append(l.calls, c)
	l.records += len(c.entries)
	if !l.draining {
		l.draining = true
		startDrain()
	}
	return nil
}

// leave takes c out of the line. It is false when c is no longer in it. away is why Postgres is out of reach, if it is.
func (l *line) leave(c *call) (left bool, away error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, waiting := range l.calls {
		if waiting == c {
			l.calls = append(l.calls[:i], l.calls[i+1:]...)
			l.records -= len(c.entries)
			return true, l.silence.or(l.away)
		}
	}
	return false, l.silence.or(l.away)
}

// next returns the next group, or nil when nobody waits: then the drain goroutine has to end.
func (l *line) next() []*call {
	l.mu.Lock()
	defer l.mu.Unlock()
	records, n := 0, 0
	for n < len(l.calls) && records < maxGroup {
		records += len(l.calls[n].entries)
		n++
	}
	if n == 0 {
		l.calls = nil
		l.draining = false
		return nil
	}
	group := l.calls[:n:n]
	l.calls = l.calls[n:]
	l.records -= records
	return group
}

// attempts notes that an attempt to commit begins.
func (l *line) attempts() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silence.begin()
}

// setAway notes how the last attempt to commit ended.
func (l *line) setAway(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.away = nil
	l.silence.end()
	if err != nil && transient(err) {
		l.away = err
	}
}

// close makes every later join fail.
func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
}
