package loader

import "context"

// flight is a batch or a Future on its way: from its start until it has landed, by its outcome or
// because nobody waits for it any more. Everything but ctx and cancel is guarded by the Scope's lock.
type flight struct {
	scope   *Scope
	cargo   cargo
	ctx     context.Context // the values of the first waiter's, an end of its own
	cancel  context.CancelFunc
	blocked int // executions inside it (a fetch that uses clumps itself) that wait for the Scope
	landed  bool
}

// cargo is what is on the flight.
type cargo interface {
	wanted() bool // whether anybody waits for it
	abandon()     // nobody does: settle or forget, so that nobody joins it
}

// takeOff counts f as in flight. Its context has the values of ctx but not its end.
func (f *flight) takeOff(s *Scope, ctx context.Context, c cargo) {
	f.scope, f.cargo = s, c
	f.ctx, f.cancel = context.WithCancel(flightContext{context.WithoutCancel(ctx), f})
	s.flights[f] = struct{}{}
	s.flying++
}

// land ends the flight: it no longer holds back the dispatch. It says whether the flight had not landed before.
func (f *flight) land() bool {
	if f.landed {
		return false
	}
	f.landed = true
	delete(f.scope.flights, f)
	if f.blocked == 0 {
		f.scope.flying--
	}
	f.cancel()
	return true
}

// block and unblock bracket the wait of an execution inside the flight. A flight that waits for
// the Scope can not go on, and must not hold back the very dispatch it waits for.
func (f *flight) block() {
	f.blocked++
	if f.blocked == 1 && !f.landed {
		f.scope.flying--
	}
}

func (f *flight) unblock() {
	f.blocked--
	if f.blocked == 0 && !f.landed {
		f.scope.flying++
	}
}

// flightContext tells a Get inside the flight which Scope it is in, and which flight.
type flightContext struct {
	context.Context
	f *flight
}

type flightKey struct{}

func (c flightContext) Value(key any) any {
	switch key.(type) {
	case flightKey:
		return c.f
	case scopeKey:
		return c.f.scope
	}
	return c.Context.Value(key)
}
