package loader

import "context"

// flight is a batch or a Future on its way: from its start until it has landed, by its outcome or
// because nobody waits for it any more. Everything but ctx is guarded by the Scope's lock.
type flight struct {
	scope          *Scope
	cargo          cargo
	ctx            flightContext
	blocked        int // executions inside it (a fetch that uses clumps itself) that wait for the Scope
	landed         bool
	previous, next *flight // of the Scope's flights
}

// cargo is what is on the flight.
type cargo interface {
	wanted() bool // whether anybody waits for it
	abandon()     // nobody does: settle or forget, so that nobody joins it
}

// flier is what flies a flight from its start to where it has arrived.
type flier interface{ fly() }

// takeOff counts f as in flight. Its context has the values of ctx but not its end.
func (f *flight) takeOff(ctx context.Context, s *Scope, c cargo) {
	f.scope, f.cargo = s, c
	f.ctx.flight, f.ctx.values = f, ctx
	s.flying++
	f.next = s.flights
	if f.next != nil {
		f.next.previous = f
	}
	s.flights = f
}

// land ends the flight: it no longer holds back the dispatch. It says whether the flight had not
// landed before.
func (f *flight) land() bool {
	if f.landed {
		return false
	}
	f.landed = true
	if f.blocked == 0 {
		f.scope.flying--
	}
	if f.previous != nil {
		f.previous.next = f.next
	} else {
		f.scope.flights = f.next
	}
	if f.next != nil {
		f.next.previous = f.previous
	}
	f.ctx.end()
	return true
}

// block and unblock bracket the wait of an execution inside the flight. A flight that waits for the
// Scope can not go on, and must not hold back the very dispatch it waits for.
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
