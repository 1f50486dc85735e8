package model

import (
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
)

// Account is the wallet of a user; every user id has one.
type Account struct {
	UserID     int64
	FoundMinor *int64 // the balance, in minor units, where it has been read already
}

// EnrichedTrack is a track together with its creator.
type EnrichedTrack struct {
	Track   *catalogue.Track
	Creator *catalogue.User
}

// DepositPayload answers a deposit.
type DepositPayload struct {
	Deposit  *ledger.DepositRecord
	Account  *Account
	Replayed bool
}

// TransferPayload answers a transfer.
type TransferPayload struct {
	Transfer *ledger.TransferRecord
	From     *Account
	Replayed bool
}
