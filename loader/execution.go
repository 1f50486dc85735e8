package loader

import (
	"context"
	"slices"
)

// Execution evaluates clumps in a Scope, driven by one goroutine: clumps are started with Start or
// StartEach, Advance runs what can run, Wait waits for fetches, End leaves the Scope. Clump.Get
// does all that for one clump; an Execution is for executors on top that evaluate many.
//
// It counts as able to go on, and so holds back every dispatch of its Scope, except while it is in
// Wait and after End. Only one goroutine at a time may call its methods.
type Execution struct {
	scope  *Scope
	ctx    context.Context
	stays  bool    // the context can not end
	within *flight // the flight whose fetch began this execution, if it is of the same Scope

	// Owned by the goroutine that drives.
	*buffers         // nil when it has ended in order
	root      *root  // of what runs now; nil between two calls of Advance, unless After has set it
	trace     *trace // nil without a plan
	advancing bool
	series    series // of the key that was started last, where that is a part of a list

	// Guarded by the Scope's lock.
	outstanding int  // waiters and columns whose cells have not settled
	filled      int  // up to where the inbox is filled, from its end, while it is (see waiter.release)
	parked      bool // in Wait
	fetching    bool // in Wait, what it waits for: it need not be woken
	ended       bool
	wake        chan struct{} // made when first parked; one that was used before may be of another synctest bubble
}

// frame is a piece of evaluation that can run. It runs user code at most once, does not block, and
// leaves what comes after it as other frames on the stack.
type frame interface {
	step(x *Execution)
}

// asker is a request to the Scope, made with its lock held.
type asker interface {
	ask(x *Execution)
	// refuse is called when ask panicked (a key that can not be hashed): it fails that key. Then ask
	// is called again, for the rest.
	refuse(err error)
}

// series is a demand for parts of one list that are keys of one Source, and follow each other. It may go on: a part that is
// known to belong to it need not be started.
type series interface {
	next(key word, place int)
}

// root is what was handed to one Start: the execution it belongs to, who asked, and behind what.
// What comes behind more has a root of its own (see follow).
type root struct {
	x      *Execution
	origin string
	behind sends
}

type hit struct {
	source string
	n      int
}

// Begin adds an execution to the Scope, or to a new one if this is closed. End must be called,
// whatever happens.
func (s *Scope) Begin(ctx context.Context) *Execution {
	x := new(Execution)
	x.begin(ctx, s, spareBuffers.Get().(*buffers))
	return x
}

// beginGet is Begin for an execution that nobody refers to after its End: it is in its buffers.
func beginGet(ctx context.Context, s *Scope) *Execution {
	b := spareBuffers.Get().(*buffers)
	b.execution.begin(ctx, s, b)
	return &b.execution
}

func (x *Execution) begin(ctx context.Context, s *Scope, b *buffers) {
	x.ctx, x.stays, x.buffers = ctx, ctx.Done() == nil, b
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s = NewScope()
		s.mu.Lock()
	}
	x.scope = s
	if f, ok := ctx.Value(flightKey{}).(*flight); ok && f.scope == s {
		x.within = f
	}
	s.open++
	s.running++
	if s.foresight != nil {
		s.foresight.begin(x)
	}
	s.mu.Unlock()
}

// stepsBetweenLooks is after how many frames an execution looks whether its context has ended.
const stepsBetweenLooks = 1024

// Advance runs all that can run without a fetch, on the calling goroutine. It does not block and
// sends nothing. The done functions of Start and StartEach are called in here only; a panic of one
// of them goes to the caller and leaves the execution in order. When the context of Begin ends it
// returns soon, with what is left undone: Wait tells of it.
func (x *Execution) Advance() {
	x.advancing = true
	for steps := 1; !x.ended; steps++ { // only this goroutine sets it; done functions may
		if steps%stepsBetweenLooks == 0 && !x.stays && x.ctx.Err() != nil {
			break
		}
		if len(x.stack) > 0 {
			x.pop().step(x)
			continue
		}
		if x.next < len(x.queue) {
			f := x.queue[x.next]
			x.next++
			f.step(x)
			continue
		}
		clear(x.queue)
		x.queue, x.next = x.queue[:0], 0
		if !x.exchange() {
			break
		}
	}
	x.root, x.advancing = nil, false
}

// exchange asks the Scope for what is wanted, takes what it has, and says whether there is
// something to run.
func (x *Execution) exchange() bool {
	x.scope.mu.Lock()
	for x.asked < len(x.asks) {
		x.askSome()
	}
	clear(x.asks)
	x.asks, x.asked = x.asks[:0], 0
	x.queue, x.inbox = x.inbox, x.queue
	x.scope.mu.Unlock()
	for _, h := range x.hits {
		x.scope.observer.CacheHit(h.source, h.n)
	}
	x.hits = x.hits[:0]
	return len(x.queue) > 0
}

// askSome asks until all is asked or an ask panics.
func (x *Execution) askSome() {
	defer func() {
		if r := recover(); r != nil {
			x.asks[x.asked].refuse(newPanicError(r))
		}
	}()
	for x.asked < len(x.asks) {
		x.asks[x.asked].ask(x)
		x.asked++
	}
}

// Wait blocks until something of this execution can go on, and returns true; Advance is to be
// called then. It returns false when nothing is outstanding. When no execution of the Scope can go
// on any more, it is this call that sends what is pending. When the context of Begin ends, Wait
// returns its error at once and the execution has left the Scope.
func (x *Execution) Wait() (more bool, err error) {
	if x.ended {
		return false, x.ctx.Err()
	}
	err = x.ctx.Err()
	if len(x.stack) > 0 || x.next < len(x.queue) || len(x.asks) > 0 {
		if err != nil {
			x.End()
		}
		return err == nil, err
	}
	s := x.scope
	s.mu.Lock()
	switch {
	case len(x.inbox) > 0 && err == nil:
		s.mu.Unlock()
		return true, nil
	case x.outstanding == 0 && len(x.inbox) == 0:
		s.mu.Unlock()
		return false, nil
	case err != nil:
		x.leave()
		s.mu.Unlock()
		return false, err
	}
	x.park()
	if batch := s.dispatchFor(x); batch != nil {
		x.fly(batch)
	}
	if !x.parked {
		s.mu.Unlock()
		return true, nil
	}
	if x.wake == nil {
		x.wake = make(chan struct{}, 1)
	}
	s.mu.Unlock()

	select {
	case <-x.wake:
		return true, nil
	case <-x.ctx.Done():
		x.End()
		return false, x.ctx.Err()
	}
}

// fly flies a batch on the goroutine that drives the execution. The lock is held before and after,
// not meanwhile.
func (x *Execution) fly(batch flier) {
	x.fetching = true
	x.scope.mu.Unlock()
	batch.fly()
	x.scope.mu.Lock()
	x.fetching = false
}

// Drive runs the execution until nothing is outstanding, or its context ends; that is the error.
func (x *Execution) Drive() error {
	for {
		x.Advance()
		if more, err := x.Wait(); !more {
			return err
		}
	}
}

// End leaves the Scope: what the execution still waits for is cancelled where nobody else waits for
// it. It may be called again.
func (x *Execution) End() {
	x.scope.mu.Lock()
	defer x.scope.mu.Unlock()
	x.leave()
}

func (x *Execution) leave() {
	if x.ended {
		return
	}
	x.ended = true
	if x.parked {
		x.unpark()
	}
	x.scope.running--
	if x.scope.foresight != nil {
		x.scope.foresight.leave(x)
	}
	s := x.scope
	if x.outstanding > 0 {
		s.abandonUnwanted()
	} else if x.empty() && !x.advancing {
		s.open--
		b := x.buffers
		x.buffers = nil
		b.recycle() // from here on x may be another's
	}
	s.dispatch()
}

func (x *Execution) park() {
	x.parked = true
	x.scope.running--
	if x.within != nil {
		x.within.block()
	}
}

func (x *Execution) unpark() {
	x.parked = false
	x.scope.running++
	if x.within != nil {
		x.within.unblock()
	}
}

// deliver puts back a waiter whose cell has settled. From here on the execution can go on, even
// before its goroutine wakes: that is what keeps a dispatch from overtaking it. The lock is held.
func (x *Execution) deliver(f frame) {
	x.outstanding--
	if x.ended {
		return
	}
	push(&x.inbox, f)
	if x.parked {
		x.unpark()
		if !x.fetching {
			x.wake <- struct{}{} // has room: an execution is woken once for each time it is parked
		}
	}
}

func (x *Execution) countHit(source string) {
	if x.scope.observer == nil {
		return
	}
	for i := range x.hits {
		if x.hits[i].source == source {
			x.hits[i].n++
			return
		}
	}
	x.hits = append(x.hits, hit{source, 1})
}

// push adds a frame to what can run now and returns the depth of the stack.
func (x *Execution) push(f frame) int {
	push(&x.stack, f)
	return len(x.stack)
}

func (x *Execution) pop() frame {
	last := len(x.stack) - 1
	f := x.stack[last]
	x.stack[last] = nil
	x.stack = x.stack[:last]
	return f
}

func (x *Execution) ask(a asker) { push(&x.asks, a) }

// push appends to s, but never makes it grow by less than the double: append makes long slices grow
// by a quarter, which costs twice the memory traffic. It takes a pointer so that mostly only the
// length is written: a pointer costs more while the garbage collector is at work.
func push[E any](s *[]E, e E) {
	if len(*s) == cap(*s) {
		*s = slices.Grow(*s, max(len(*s), 8))
	}
	*s = append(*s, e)
}
