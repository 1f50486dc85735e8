package main

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/anishathalye/porcupine"
)

// decide says what becomes of a record, given what its users have. It is written without a look at the ledger's own.
func decide(r record, payer, payee int64) outcome {
	room := uint64(math.MaxInt64) - uint64(payee)
	switch {
	case !r.deposit && uint64(r.amount) > uint64(payer):
		return outcome{insufficientFunds, payer}
	case uint64(r.amount) > room:
		return outcome{balanceOverflow, payer}
	}
	return outcome{succeeded, payer}
}

// members is how many users share a history. Their ids follow each other.
const members = 3

// state is the sequential ledger of a history's users. It is comparable and never changes.
type state struct {
	balances [members]int64
	decided  string // for each record of the history decidedBytes: all 0 before the decision
}

// decidedBytes are one for the status, by its place in statuses, and eight for the balance found.
const decidedBytes = 9

var statuses = []string{pending, succeeded, insufficientFunds, balanceOverflow}

// of returns what has become of a record. It is pending before the decision.
func (s state) of(record int) outcome {
	at := s.decided[record*decidedBytes:]
	if at[0] == 0 {
		return outcome{pending, unknownBalance}
	}
	return outcome{statuses[at[0]], int64(binary.BigEndian.Uint64([]byte(at[1:decidedBytes])))}
}

// operation is what a client does in a history.
type operation struct {
	kind   operationKind
	number int    // of the record among the history's
	record record // put or looked at
}

type operationKind int

const (
	putRecord    operationKind = iota
	lookAtRecord               // what has become of it?
	readBalances               // of all members
)

// answer is what the client got.
type answer struct {
	unknown  bool // nothing: it may have happened at any time, or may still happen
	outcome  outcome
	replayed *bool // nil: the client tried more than once, so it proves nothing
	balances [members]int64
}

// sequential is the model of a history with so many records, whose first member has the id base.
type sequential struct {
	base    int64
	records int
}

func (m sequential) model() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{decided: string(make([]byte, m.records*decidedBytes))} },
		Step: func(s, in, out any) (bool, any) { return m.step(s.(state), in.(operation), out.(answer)) },
	}
}

// step tells whether the operation can have this answer when it takes effect in this state, and what follows.
func (m sequential) step(s state, o operation, a answer) (bool, state) {
	switch o.kind {
	case readBalances:
		return a.unknown || s.balances == a.balances, s
	case lookAtRecord:
		return a.unknown || s.of(o.number) == a.outcome, s
	}
	before := s.of(o.number).status != pending
	if !before {
		s = m.decide(s, o)
	}
	if a.unknown {
		return true, s
	}
	truthful := a.replayed == nil || *a.replayed == before
	return truthful && s.of(o.number) == a.outcome, s
}

// decide returns the state after the decision on a record.
func (m sequential) decide(s state, o operation) state {
	r, payer, payee := o.record, o.record.from-m.base, o.record.to-m.base
	became := decide(r, s.balances[payer], s.balances[payee])
	next := state{balances: s.balances}
	if became.status == succeeded {
		if !r.deposit {
			next.balances[payer] -= r.amount
		}
		next.balances[payee] += r.amount
	}
	decided := []byte(s.decided)
	at := decided[o.number*decidedBytes:]
	at[0] = byte(slices.Index(statuses, became.status))
	binary.BigEndian.PutUint64(at[1:], uint64(became.found))
	next.decided = string(decided)
	return next
}
