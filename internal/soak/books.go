package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/clumpql/clumpql/ledger"
)

// auditChunk is how many records are read at a time.
const auditChunk = 1_000

// books hold what was acknowledged until it was read again. The zero books are empty and ready for use.
type books struct {
	mu      sync.Mutex // guards entries
	entries []entry
}

type entry struct {
	record  record
	outcome outcome
}

func (b *books) add(r record, o outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, entry{r, o})
}

func (b *books) take() []entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.entries), auditChunk)
	taken := b.entries[:n:n]
	b.entries = b.entries[n:]
	return taken
}

// putBack lets the next audit read what this one could not.
func (b *books) putBack(taken []entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(taken, b.entries...)
}

// audit reads what was acknowledged since the last audit and returns how much that was, with an error when the ledger has forgotten some of it or
// says something else about it now. While Postgres is away it tries again, until ctx ends.
func (b *books) audit(ctx context.Context, pstates *ledger.PStates) (audited int, err error) {
	for taken := b.take(); len(taken) > 0; taken = b.take() {
		records := make([]record, len(taken))
		for i, e := range taken {
			records[i] = e.record
		}
		found, err := findAgain(ctx, pstates, records)
		if err != nil {
			b.putBack(taken)
			return audited, err
		}
		for _, e := range taken {
			now, ok := found[e.record.key()]
			if !ok {
				return audited, fmt.Errorf("record %s was acknowledged (%v) and is lost", e.record.id, e.outcome)
			}
			if now != e.outcome {
				return audited, fmt.Errorf("record %s was acknowledged as %v and is now %v", e.record.id, e.outcome, now)
			}
			audited++
		}
	}
	return audited, nil
}

// findAgain finds records until Postgres answers.
func findAgain(ctx context.Context, pstates *ledger.PStates, records []record) (map[key]outcome, error) {
	for {
		found, err := find(ctx, pstates, records)
		if err == nil {
			return found, nil
		}
		if pause(ctx, retryPause) != nil {
			return nil, err
		}
	}
}

// find returns the outcomes of those of the records that the ledger has.
func find(ctx context.Context, pstates *ledger.PStates, records []record) (map[key]outcome, error) {
	var deposits []ledger.DepositKey
	var transfers []ledger.TransferKey
	for _, r := range records {
		if r.deposit {
			deposits = append(deposits, ledger.DepositKey{UserID: r.from, ID: r.id})
		} else {
			transfers = append(transfers, ledger.TransferKey{FromUserID: r.from, ID: r.id})
		}
	}
	foundDeposits, err := pstates.Deposits(ctx, deposits)
	if err != nil {
		return nil, err
	}
	foundTransfers, err := pstates.Transfers(ctx, transfers)
	if err != nil {
		return nil, err
	}
	found := make(map[key]outcome, len(records))
	for k, d := range foundDeposits {
		found[key{k.UserID, true, k.ID}] = readOutcome(d.Status, d.BalanceMinor)
	}
	for k, t := range foundTransfers {
		found[key{k.FromUserID, false, k.ID}] = readOutcome(t.Status, t.PayerBalanceMinor)
	}
	return found, nil
}

func readOutcome(status ledger.Status, found *int64) outcome {
	o := outcome{statuses[status], unknownBalance}
	if found != nil {
		o.found = *found
	}
	return o
}
