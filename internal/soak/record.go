package main

import (
	"fmt"
	"strconv"
	"strings"
)

// record is a deposit or a transfer as a client sends it.
type record struct {
	deposit bool
	id      string // names payer, payee and amount, so that whoever finds the record knows whether it was sent like this
	from    int64  // of a deposit, who is paid
	to      int64
	amount  int64
}

// newDeposit makes a deposit that no other is like, given a name that no other has.
func newDeposit(name string, user, amount int64) record {
	return record{true, recordID(name, user, user, amount), user, user, amount}
}

// newTransfer does the same for a transfer.
func newTransfer(name string, from, to, amount int64) record {
	return record{false, recordID(name, from, to, amount), from, to, amount}
}

func recordID(name string, from, to, amount int64) string {
	return fmt.Sprintf("%s:%d>%d:%d", name, from, to, amount)
}

// genuine tells whether a client of ours made this record.
func (r record) genuine() bool {
	name, _, _ := strings.Cut(r.id, ":")
	return r.id == recordID(name, r.from, r.to, r.amount)
}

// key names a record: a user may give an id to a deposit and to a transfer.
type key struct {
	user    int64
	deposit bool
	id      string
}

func (r record) key() key { return key{r.from, r.deposit, r.id} }

// The statuses of the API.
const (
	pending           = "PENDING"
	succeeded         = "SUCCEEDED"
	insufficientFunds = "INSUFFICIENT_FUNDS"
	balanceOverflow   = "BALANCE_OVERFLOW"
)

// outcome is what became of a record.
type outcome struct {
	status string
	found  int64 // the balance that the decision found: the payer's, of a deposit that of who is paid; unknownBalance while it is pending
}

const unknownBalance = -1

func (o outcome) String() string { return o.status + " with " + strconv.FormatInt(o.found, 10) }
