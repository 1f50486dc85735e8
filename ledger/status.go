package ledger

import "fmt"

// Status is what became of a record. Once it is not Pending it never changes.
type Status int16

const (
	Pending           Status = 0 // in the depot, not yet decided
	Succeeded         Status = 1 // the amount has moved
	InsufficientFunds Status = 2 // refused: the payer had less than the amount
	BalanceOverflow   Status = 3 // refused: the balance of who is paid would pass the largest int64
)

func (s Status) String() string {
	switch s {
	case Pending:
		return "pending"
	case Succeeded:
		return "succeeded"
	case InsufficientFunds:
		return "insufficient funds"
	case BalanceOverflow:
		return "balance overflow"
	}
	return fmt.Sprintf("status %d", int16(s))
}
