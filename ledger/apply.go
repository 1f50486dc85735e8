package ledger

import "math"

// This file decides. It is a pure function of the balances and the records, in their order: no I/O, no clock, no chance.
// The worker and Verify share it.

// shortHistory is how many transfers of a user are found by walking over them. Those after them are listed by id in an index, an entry
// each for who pays and who is paid.
//
// It is in migration 0009, too. It must not be raised: whose count has ended there may have more, which would be neither listed nor among the first.
const shortHistory = 256

// account is what a microbatch knows of one user.
type account struct {
	balanceMinor int64
	transfers    int16 // that name the user, refused ones too; no more than shortHistory are counted
	changed      bool  // for recomputed alone: since it was stored there
	stored       bool  // has a row
	listed       bool  // is among those that the microbatch will write
}

// outcome is the decision on one record.
type outcome struct {
	status       Status
	balanceMinor int64 // of who pays (of a deposit: who is paid), as the decision found it
	payeeMinor   int64 // the balance of who is paid, as the decision found it
	payerByID    bool  // it is listed by id in the history of who pays, for that is no short one; false for a deposit
	payeeByID    bool  // the same for who is paid
}

// apply decides one valid entry and changes the accounts of its parties accordingly.
// After it every balance is between 0 and the largest int64, and a transfer has not changed their sum.
func (p parties) apply(e entry) outcome {
	payer, payee := p.payer, p.payee
	o := outcome{status: Succeeded, balanceMinor: payer.balanceMinor, payeeMinor: payee.balanceMinor}
	if e.kind == kindTransfer {
		o.payerByID, o.payeeByID = payer.count(), payee.count()
	}
	switch {
	case e.kind == kindTransfer && o.balanceMinor < e.amountMinor:
		o.status = InsufficientFunds
		return o
	case o.payeeMinor > math.MaxInt64-e.amountMinor:
		o.status = BalanceOverflow
		return o
	}
	if e.kind == kindTransfer {
		payer.balanceMinor -= e.amountMinor
		payer.changed = true
	}
	payee.balanceMinor += e.amountMinor
	payee.changed = true
	return o
}

// count counts a transfer that names the user, and tells whether those before it are more than a short history.
func (a *account) count() (byID bool) {
	if a.transfers >= shortHistory {
		return true
	}
	a.transfers++
	a.changed = true
	return false
}
