package ledger

import "math"

// This file decides. It is a pure function of the balances and the records, in their order: no I/O, no clock, no chance.
// The worker and Verify share it.

// account is what a microbatch knows of one user.
type account struct {
	balanceMinor int64
	changed      bool // must be written: the balance differs from the stored one, or none is stored
	stored       bool // has a row
	listed       bool // is among those that the microbatch will write
}

// accounts holds every user whom the records of a microbatch name.
type accounts map[int64]*account

// outcome is the decision on one record.
type outcome struct {
	status       Status
	balanceMinor int64 // of who pays (of a deposit: who is paid), as the decision found it
	payeeMinor   int64 // the balance of who is paid, as the decision found it
}

// apply decides one valid entry and changes the accounts accordingly. Both users of the entry must be in as.
// After it every balance is between 0 and the largest int64, and a transfer has not changed their sum.
func (as accounts) apply(e entry) outcome {
	payer, payee := as[e.userID], as[e.toUserID]
	found, payeeFound := payer.balanceMinor, payee.balanceMinor
	switch {
	case e.kind == kindTransfer && found < e.amountMinor:
		return outcome{InsufficientFunds, found, payeeFound}
	case payeeFound > math.MaxInt64-e.amountMinor:
		return outcome{BalanceOverflow, found, payeeFound}
	}
	if e.kind == kindTransfer {
		payer.balanceMinor -= e.amountMinor
		payer.changed = true
	}
	payee.balanceMinor += e.amountMinor
	payee.changed = true
	return outcome{Succeeded, found, payeeFound}
}
