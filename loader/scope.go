package loader

import (
	"context"
	"sync"
	"sync/atomic"
)

// Policy says when a Scope sends what is pending. Under both policies nothing is sent while any
// execution of the Scope can go on, and everything that is pending then is sent at once.
type Policy int

const (
	// Rounds waits, besides, until nothing is in flight: the fewest batches.
	Rounds Policy = iota
	// Eager does not wait for what is in flight: the shortest chains of waits, at the price of more
	// batches.
	Eager
)

// Scope is what executions share: the cache and the batches. It lives as long as its results may be
// reused, commonly one request. Then it may be dropped, as it holds no goroutine of its own, or
// closed. Safe for concurrent use.
type Scope struct {
	policy    Policy
	observer  Observer
	foresight *foresight // nil without a plan; guarded by mu
	carrier   carrier

	// mu guards all below, and the fetchers, cells and flights of the Scope. No user code is called
	// under it. It is held for reading only to look up what is cached; what was looked up before is
	// found without it.
	mu      sync.RWMutex
	sources sources
	futures map[any]any        // of each Future's node its futureRun; nil while there is none
	due     []dispatcher       // fetchers with pending keys, in the order in which they came to have some
	made    closer             // the fetcher made last, which leads to the others
	open    int                // executions that have begun, but for those that ended with nothing left to come
	closed  bool               // with nothing under way
	running int                // executions that can go on: all that have begun and are not in Wait
	flying  int                // flights that have not landed and can go on
	flights *flight            // the first of those that have not landed
	ready   flier              // what took off last, while it is not said who flies it
	wave    int                // dispatches that sent anything
	sent    int                // batches
	room    [maxFew]dispatcher // that due begins in
}

type dispatcher interface {
	dispatch(wave int) (sent bool)
	settingsOf() *settings
}

// ScopeOption configures a Scope.
type ScopeOption func(*Scope)

// WithPolicy sets the policy, which is Rounds unless told.
func WithPolicy(p Policy) ScopeOption {
	return func(s *Scope) { s.policy = p }
}

// NewScope makes a Scope with nothing in it.
func NewScope(opts ...ScopeOption) *Scope {
	s := new(Scope)
	s.due = s.room[:0]
	for _, opt := range opts {
		opt(s)
	}
	if s.policy != Rounds {
		s.foresight = nil
	}
	return s
}

type scopeKey struct{}

// WithScope returns a context under which clumps are executed in s.
func WithScope(ctx context.Context, s *Scope) context.Context {
	if ctx != nil && s != nil && s.carrier.taken.CompareAndSwap(false, true) { // mostly there is one
		s.carrier.Context, s.carrier.scope = ctx, s
		return &s.carrier
	}
	return context.WithValue(ctx, scopeKey{}, s)
}

// carrier is the context that a Scope is in, which needs no memory of its own.
type carrier struct {
	context.Context
	scope *Scope
	taken atomic.Bool
}

func (*carrier) String() string { return "loader.WithScope" }

func (c *carrier) Value(key any) any {
	if _, ok := key.(scopeKey); ok {
		return c.scope
	}
	return c.Context.Value(key)
}

// ScopeFrom returns the Scope that ctx carries, if any. The context of a fetch carries the Scope it
// was sent by.
func ScopeFrom(ctx context.Context) (*Scope, bool) {
	s, ok := ctx.Value(scopeKey{}).(*Scope)
	return s, ok && s != nil
}

// Close leaves the Scope's memory to Scopes to come, which is less work than to collect it as
// garbage. It is optional, and for whoever has made the Scope, at the end of the request. As long as
// an execution is under way it does nothing, and nothing ever after one that ended before what it
// waited for had arrived: that memory is the garbage collector's. It may be called again.
//
// What is asked for in a closed Scope is executed as without a Scope.
func (s *Scope) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open > 0 || s.flights != nil {
		return
	}
	s.closed = true
	for f := s.made; f != nil; {
		f = f.close()
	}
	s.made, s.due, s.futures = nil, nil, nil
}

// has returns what there is of a source, or nil. The lock is not held, and mostly not needed.
func (s *Scope) has(of *settings) any {
	if has := s.sources.soon(of); has != nil {
		return has
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sources.of(of)
}

// dispatch sends all that is pending, if it is time. The lock is held; it must be called after
// whatever may have made it time: an execution that waits or leaves, a flight that lands.
func (s *Scope) dispatch() {
	if s.sendDue(); s.ready != nil {
		s.start()
	}
}

// dispatchFor is dispatch for an execution that waits. When nothing but one batch is under way then
// and nothing is held, the execution waits for that batch alone. If besides it can not end before,
// it is for the execution to fly it: that saves a goroutine, and waking one for the other.
func (s *Scope) dispatchFor(x *Execution) flier {
	s.sendDue()
	ready := s.ready
	if ready == nil {
		return nil
	}
	if x.stays && s.flights.next == nil && len(s.due) == 0 {
		s.ready = nil
		return ready
	}
	s.start()
	return nil
}

// start has what is ready fly on a goroutine of its own.
func (s *Scope) start() {
	go s.ready.fly()
	s.ready = nil
}

func (s *Scope) sendDue() {
	if s.running > 0 || s.policy == Rounds && s.flying > 0 {
		return
	}
	due := s.due
	s.due = nil
	if s.foresight != nil {
		due, s.due = s.foresight.hold(due, s.wave+1)
	}
	sent := s.send(due)
	if !sent && len(s.due) > 0 { // what others were held for need not be fetched any more
		due, s.due = s.due, nil
		sent = s.send(due)
	}
	if sent {
		s.wave++
	}
	if s.foresight == nil { // which may refer to it
		clear(due)
		s.due = due[:0]
	}
}

// send sends what is pending of the fetchers, and says whether there was anything.
func (s *Scope) send(due []dispatcher) (sent bool) {
	for _, d := range due {
		if d.dispatch(s.wave + 1) {
			sent = true
		}
	}
	return sent
}

// abandonUnwanted ends the flights that nobody waits for any more. The lock is held.
func (s *Scope) abandonUnwanted() {
	for f := s.flights; f != nil; f = f.next {
		if !f.cargo.wanted() {
			f.land()
			f.cargo.abandon()
		}
	}
}
