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
