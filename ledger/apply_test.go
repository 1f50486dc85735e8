package ledger

import (
	"math"
	"math/big"
	"testing"
)

func TestPartiesApplyOverflow(t *testing.T) {
	const limit = math.MaxInt64
	as := map[int64]*account{alice: {balanceMinor: 5}, bob: {balanceMinor: limit - 5}}
	for _, test := range []struct {
		record Record
		want   outcome
	}{
		{Transfer{"t", alice, bob, 6}, outcome{status: InsufficientFunds, balanceMinor: 5, payeeMinor: limit - 5}},
		{Deposit{"d", bob, 6}, outcome{status: BalanceOverflow, balanceMinor: limit - 5, payeeMinor: limit - 5}},
		{Transfer{"t", alice, bob, 5}, outcome{status: Succeeded, balanceMinor: 5, payeeMinor: limit - 5}},
		{Deposit{"d", bob, 1}, outcome{status: BalanceOverflow, balanceMinor: limit, payeeMinor: limit}},
		{Deposit{"d", alice, limit}, outcome{status: Succeeded, balanceMinor: 0, payeeMinor: 0}},
		{Transfer{"t", alice, bob, 1}, outcome{status: BalanceOverflow, balanceMinor: limit, payeeMinor: limit}},
		{Transfer{"t", bob, alice, limit}, outcome{status: BalanceOverflow, balanceMinor: limit, payeeMinor: limit}},
	} {
		e := test.record.entry()
		if got := (parties{as[e.userID], as[e.toUserID]}).apply(e); got != test.want {
			t.Errorf("apply(%+v) = %+v, want %+v", test.record, got, test.want)
		}
	}
	if as[alice].balanceMinor != limit || as[bob].balanceMinor != limit {
		t.Errorf("balances are %d and %d", as[alice].balanceMinor, as[bob].balanceMinor)
	}
}

// Invariants, checked with numbers that do not overflow: balances stay between 0 and the largest int64; a transfer keeps
// the sum; what is refused changes nothing and is refused for its reason; what changes is marked.
func FuzzPartiesApply(f *testing.F) {
	f.Add(int64(100), int64(0), int64(50), true)
	f.Add(int64(0), int64(0), int64(1), true)
	f.Add(int64(1), int64(math.MaxInt64), int64(1), true)
	f.Add(int64(0), int64(math.MaxInt64), int64(1), false)
	f.Fuzz(func(t *testing.T, payerMinor, payeeMinor, amount int64, transfer bool) {
		if payerMinor < 0 || payeeMinor < 0 || amount <= 0 {
			return // cannot get past validation and the check of the table
		}
		e := Deposit{"r", bob, amount}.entry()
		found := payeeMinor
		if transfer {
			e = Transfer{"r", alice, bob, amount}.entry()
			found = payerMinor
		}
		const counted = shortHistory // or each transfer would change the count
		as := map[int64]*account{alice: {balanceMinor: payerMinor, transfers: counted}, bob: {balanceMinor: payeeMinor, transfers: counted}}
		got := parties{as[e.userID], as[e.toUserID]}.apply(e)

		payer, payee := big.NewInt(payerMinor), big.NewInt(payeeMinor)
		after := new(big.Int).Add(payee, big.NewInt(amount))
		want := Succeeded
		if transfer && payer.Cmp(big.NewInt(amount)) < 0 {
			want = InsufficientFunds
		} else if !after.IsInt64() {
			want = BalanceOverflow
		}
		if got != (outcome{want, found, payeeMinor, transfer, transfer}) {
			t.Fatalf("%+v, want %v with %d", got, want, found)
		}
		if want == Succeeded {
			payee = after
			if transfer {
				payer.Sub(payer, big.NewInt(amount))
			}
		}
		if as[alice].balanceMinor != payer.Int64() || as[bob].balanceMinor != payee.Int64() || payer.Sign() < 0 {
			t.Fatalf("balances are %d and %d, want %v and %v", as[alice].balanceMinor, as[bob].balanceMinor, payer, payee)
		}
		if as[alice].changed != (transfer && want == Succeeded) || as[bob].changed != (want == Succeeded) {
			t.Fatalf("changed are %v and %v after %v", as[alice].changed, as[bob].changed, want)
		}
	})
}
