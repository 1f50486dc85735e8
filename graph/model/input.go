package model

// DepositInput asks for a deposit.
type DepositInput struct {
	ID      string
	UserID  int64
	Amount  int64
	WaitFor WaitFor
}

// TransferInput asks for a transfer.
type TransferInput struct {
	ID         string
	FromUserID int64
	ToUserID   int64
	Amount     int64
	WaitFor    WaitFor
}

// WaitFor says when a mutation answers.
type WaitFor int8

const (
	// Settled waits until the outcome is decided. It is the zero value, and so also what an explicit null means.
	Settled WaitFor = iota
	// Appended answers as soon as the depot holds the record.
	Appended
)
