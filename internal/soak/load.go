package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// maxViolations is how many violations are kept. One is enough to fail.
const maxViolations = 20

// load is what all clients share: servers to send to, and what was found.
type load struct {
	client  *client
	servers []*server
	books   books

	mu           sync.Mutex // guards all below
	violations   []error
	operations   int           // records that were acknowledged
	acknowledged time.Time     // when the last one was; zero: none yet
	worst        time.Duration // the longest time without one
	during       string        // what was broken when the worst ended
	broken       map[string]int
}

func newLoad(servers []*server) *load {
	return &load{client: newClient(), servers: servers, broken: map[string]int{}}
}

// anyServer prefers those that listen.
func (l *load) anyServer() *server {
	s := l.servers[rand.IntN(len(l.servers))]
	for _, other := range l.servers {
		if s.current.Load() != nil {
			break
		}
		s = other
	}
	return s
}

// acknowledge notes that a client was told of an outcome.
func (l *load) acknowledge(r record, o outcome) {
	if o.status != succeeded && o.status != insufficientFunds && o.status != balanceOverflow {
		l.violate(fmt.Errorf("record %s was settled as %v", r.id, o))
	}
	l.books.add(r, o)
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if gap := now.Sub(l.acknowledged); !l.acknowledged.IsZero() && gap > l.worst {
		l.worst, l.during = gap, fmt.Sprint(l.broken)
	}
	l.operations++
	l.acknowledged = now
}

// violate notes that a promise was broken.
func (l *load) violate(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.violations) < maxViolations {
		l.violations = append(l.violations, err)
	}
}

// breaks notes that a fault begins. Its end is to be told by the returned function.
func (l *load) breaks(fault string) (healed func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken[fault]++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.broken[fault]--; l.broken[fault] == 0 {
			delete(l.broken, fault)
		}
	}
}

// put sends a record, to any server, until one has answered its outcome. False: ctx ended before, or the answer was a violation.
func (l *load) put(ctx context.Context, r record) (acknowledged, bool) {
	for {
		ack, err := l.client.put(ctx, l.anyServer(), r)
		if err == nil {
			l.acknowledge(r, ack.outcome)
			return ack, true
		}
		if !l.goOn(ctx, err) {
			return acknowledged{}, false
		}
	}
}

// putAll is put for transfers in one mutation.
func (l *load) putAll(ctx context.Context, rs []record) bool {
	for {
		acks, err := l.client.putAll(ctx, l.anyServer(), rs)
		if err == nil {
			for i, ack := range acks {
				l.acknowledge(rs[i], ack.outcome)
			}
			return true
		}
		if !l.goOn(ctx, err) {
			return false
		}
	}
}

// goOn tells, after a pause, whether a client may try again.
func (l *load) goOn(ctx context.Context, err error) bool {
	if ctx.Err() == nil && !excused(err) {
		l.violate(err)
		return false
	}
	return pause(ctx, retryPause) == nil
}

// checkServers notes what is wrong with the servers' processes.
func (l *load) checkServers() {
	for _, s := range l.servers {
		if p := s.current.Load(); p != nil {
			if err := p.sound(); err != nil {
				l.violate(fmt.Errorf("server %d: %w", s.index, err))
			}
		}
	}
}

// settled waits until every server answers and nothing is left to decide.
func (l *load) settled(ctx context.Context) error {
	for _, s := range l.servers {
		for {
			lag, _, err := l.client.status(ctx, s)
			if err == nil && lag == 0 {
				break
			}
			if pause(ctx, retryPause) != nil {
				return fmt.Errorf("server %d does not come back: lag %d: %w", s.index, lag, err)
			}
		}
	}
	return nil
}

// err is all violations.
func (l *load) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.violations...)
}
