package main

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/clumpql/clumpql/ledger"
)

// Every account begins with so much that no transfer is refused, however long the rounds.
const (
	openingMinor = 1_000_000_000_000
	mostMinor    = 100 // of a transfer
)

// pattern says who pays whom. Ids of accounts are 1 to their number; the last one is the hot one.
type pattern int

const (
	uniform  pattern = iota
	hotPayee         // all pay one
	hotPayer         // one pays all
)

// ranges are the first and last ids of payers and payees, both inclusive.
type ranges struct{ payerFirst, payerLast, payeeFirst, payeeLast int64 }

func (p pattern) ranges(accounts int64) ranges {
	switch p {
	case hotPayee:
		return ranges{1, accounts - 1, accounts, accounts}
	case hotPayer:
		return ranges{accounts, accounts, 1, accounts - 1}
	}
	return ranges{1, accounts, 1, accounts}
}

// transfers makes up the transfers of one client. It is not safe for concurrent use.
type transfers struct {
	ranges
	accounts int64
	prefix   string
	n        int64
	random   *mathrand.Rand
}

func newTransfers(p pattern, accounts int64) *transfers {
	return &transfers{
		ranges:   p.ranges(accounts),
		accounts: accounts,
		prefix:   rand.Text()[:14],
		random:   mathrand.New(mathrand.NewPCG(mathrand.Uint64(), mathrand.Uint64())),
	}
}

// next has an id as long as a ULID.
func (t *transfers) next() ledger.Transfer {
	t.n++
	from := t.payerFirst + t.random.Int64N(t.payerLast-t.payerFirst+1)
	to := t.payeeFirst + t.random.Int64N(t.payeeLast-t.payeeFirst+1)
	if to == from {
		to = 1 + from%t.accounts
	}
	return ledger.Transfer{
		ID: fmt.Sprintf("%s%012d", t.prefix, t.n), FromUserID: from, ToUserID: to, AmountMinor: 1 + t.random.Int64N(mostMinor),
	}
}
