package main

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
)

// Every history here is of two users, who have 0, and of a deposit of 10 for the one and a transfer of 6 from the one to the other.
func TestHistory_check(t *testing.T) {
	t.Parallel()
	records := []record{newDeposit("d", 0, 10), newTransfer("t", 0, 1, 6)}
	yes, no := true, false
	put := func(call, end int64, number int, status string, found int64, replayed *bool) porcupine.Operation {
		return porcupine.Operation{
			Input: operation{putRecord, number, records[number]}, Call: call, Return: end,
			Output: answer{outcome: outcome{status, found}, replayed: replayed},
		}
	}
	unanswered := func(call int64, number int) porcupine.Operation {
		return porcupine.Operation{
			Input: operation{putRecord, number, records[number]}, Call: call, Return: math.MaxInt64, Output: answer{unknown: true},
		}
	}
	look := func(call, end int64, number int, status string, found int64) porcupine.Operation {
		return porcupine.Operation{
			Input: operation{lookAtRecord, number, records[number]}, Call: call, Return: end, Output: answer{outcome: outcome{status, found}},
		}
	}
	read := func(call, end, first, second int64) porcupine.Operation {
		return porcupine.Operation{Input: operation{kind: readBalances}, Call: call, Return: end, Output: answer{balances: [members]int64{first, second}}}
	}
	deposited := put(0, 1, 0, succeeded, 0, &no)
	for _, test := range []struct {
		name       string
		operations []porcupine.Operation
		legal      bool
	}{
		{"one after the other", []porcupine.Operation{deposited, put(2, 3, 1, succeeded, 10, &no), read(4, 5, 4, 6), look(6, 7, 1, succeeded, 10)}, true},
		{"the transfer was first", []porcupine.Operation{put(0, 5, 1, insufficientFunds, 0, &no), put(0, 5, 0, succeeded, 0, &no), read(6, 7, 10, 0)}, true},
		{"applied twice", []porcupine.Operation{deposited, put(2, 3, 1, succeeded, 10, &no), read(4, 5, -2, 12)}, false},
		{"acknowledged and lost", []porcupine.Operation{deposited, put(2, 3, 1, succeeded, 10, &no), read(4, 5, 10, 0)}, false},
		{"half", []porcupine.Operation{deposited, put(2, 5, 1, succeeded, 10, &no), read(3, 4, 4, 0)}, false},
		{"stale", []porcupine.Operation{deposited, look(2, 3, 0, pending, unknownBalance)}, false},
		{"another outcome later", []porcupine.Operation{put(0, 1, 1, insufficientFunds, 0, &no), put(2, 3, 0, succeeded, 0, &no), put(4, 5, 1, succeeded, 10, &yes)}, false},
		{"decided on another balance", []porcupine.Operation{deposited, put(2, 3, 1, succeeded, 20, &no)}, false},
		{"a deposit decided on another balance", []porcupine.Operation{put(0, 1, 0, succeeded, 1, &no)}, false},
		{"new twice", []porcupine.Operation{deposited, put(2, 3, 0, succeeded, 0, &no)}, false},
		{"replayed and never new", []porcupine.Operation{put(0, 1, 0, succeeded, 0, &yes)}, false},
		{"replayed of a call without an answer", []porcupine.Operation{unanswered(0, 0), put(2, 3, 0, succeeded, 0, &yes)}, true},
		{"repeated by its own client", []porcupine.Operation{put(0, 3, 0, succeeded, 0, nil)}, true},
		{"no answer, and it happens late", []porcupine.Operation{deposited, unanswered(2, 1), read(4, 5, 10, 0), read(6, 7, 4, 6)}, true},
		{"no answer, and it never happens", []porcupine.Operation{deposited, unanswered(2, 1), read(4, 5, 10, 0)}, true},
		{"no answer, and it happens before the call", []porcupine.Operation{deposited, read(2, 3, 4, 6), unanswered(4, 1)}, false},
	} {
		h := &history{name: test.name, records: records, model: sequential{0, len(records)}, operations: slices.Clone(test.operations)}
		undecided, err := h.check()
		if undecided || (err == nil) != test.legal {
			t.Errorf("%s: %v, %v; want legal: %v", test.name, undecided, err, test.legal)
		}
		if err != nil && !strings.Contains(err.Error(), "put d:0>0:10") && !strings.Contains(err.Error(), "put t:0>1:6") {
			t.Errorf("%s: the error does not show the history: %v", test.name, err)
		}
	}
}

func TestDecide_overflow(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		record       record
		payer, payee int64
		want         string
	}{
		{newDeposit("", 1, 1), math.MaxInt64, math.MaxInt64, balanceOverflow},
		{newDeposit("", 1, 1), math.MaxInt64 - 1, math.MaxInt64 - 1, succeeded},
		{newTransfer("", 1, 2, math.MaxInt64), math.MaxInt64, 1, balanceOverflow},
		{newTransfer("", 1, 2, math.MaxInt64), math.MaxInt64 - 1, 1, insufficientFunds},
		{newTransfer("", 1, 2, math.MaxInt64), math.MaxInt64, 0, succeeded},
	} {
		if got := decide(test.record, test.payer, test.payee); got != (outcome{test.want, test.payer}) {
			t.Errorf("%s with %d and %d: %v, want %s", test.record.id, test.payer, test.payee, got, test.want)
		}
	}
}
