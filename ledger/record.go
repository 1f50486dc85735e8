package ledger

import (
	"strings"
	"time"
	"unicode/utf8"
)

// MaxIDBytes is the length of the longest record id, in bytes of UTF-8.
const MaxIDBytes = 128

// Record is what a depot holds: a Deposit or a Transfer.
type Record interface {
	entry() entry
}

// Deposit puts money into an account from outside the ledger.
//
// (UserID, ID) names it for ever; deposits and transfers do not share ids.
type Deposit struct {
	ID          string // 1 to MaxIDBytes bytes of UTF-8 without NUL, chosen by the client
	UserID      int64  // not negative
	AmountMinor int64  // in minor units (cents); positive
}

// Transfer moves money from one account to another, if the payer has enough.
//
// (FromUserID, ID) names it for ever: two payers may use the same id.
type Transfer struct {
	ID          string // 1 to MaxIDBytes bytes of UTF-8 without NUL, chosen by the client
	FromUserID  int64  // not negative
	ToUserID    int64  // not negative; not the payer
	AmountMinor int64  // in minor units (cents); positive
}

// DepositKey names a deposit.
type DepositKey struct {
	UserID int64
	ID     string
}

// TransferKey names a transfer.
type TransferKey struct {
	FromUserID int64
	ID         string
}

// DepositRecord is a deposit and what became of it.
type DepositRecord struct {
	Deposit
	Partition    int32
	Offset       int64 // in its partition of the depot
	Position     int64 // decisions made before it in the whole ledger; 0 while Pending
	Status       Status
	BalanceMinor *int64    // what the decision found, before the amount was added; nil while Pending
	AppendedAt   time.Time // by the clock of the database, to some milliseconds
}

// TransferRecord is a transfer and what became of it.
type TransferRecord struct {
	Transfer
	Partition         int32
	Offset            int64 // in its partition of the depot
	Position          int64 // decisions made before it in the whole ledger; 0 while Pending
	Status            Status
	PayerBalanceMinor *int64    // what the decision found, before the amount moved; nil while Pending
	PayeeBalanceMinor *int64    // the same of who is paid; nil but in the history and the feed of who is paid
	AppendedAt        time.Time // by the clock of the database, to some milliseconds
}

// Receipt says where the depot holds a record.
type Receipt struct {
	Partition int32
	Offset    int64
	Replayed  bool // the depot held it before this call, or it is in this call twice
}

// kind tells deposits and transfers apart in the depot.
type kind int16

const (
	kindDeposit  kind = 0
	kindTransfer kind = 1
)

// entry is a record as a row of the depot. It is comparable.
type entry struct {
	kind        kind
	userID      int64 // who pays; of a deposit, who is paid
	toUserID    int64 // who is paid
	amountMinor int64
	id          string
}

// recordKey names an entry: what is unique for ever.
type recordKey struct {
	userID int64
	kind   kind
	id     string
}

func (e entry) key() recordKey { return recordKey{e.userID, e.kind, e.id} }

func (d Deposit) entry() entry {
	return entry{kindDeposit, d.UserID, d.UserID, d.AmountMinor, d.ID}
}

func (t Transfer) entry() entry {
	return entry{kindTransfer, t.FromUserID, t.ToUserID, t.AmountMinor, t.ID}
}

// entries validates records and returns them as rows. The error is an *InvalidError.
func entries(records []Record) ([]entry, error) {
	es := make([]entry, len(records))
	for i, r := range records {
		if r == nil {
			return nil, &InvalidError{Index: i, Field: "record", Reason: "is nil"}
		}
		es[i] = r.entry()
		if field, reason := es[i].invalid(); field != "" {
			return nil, &InvalidError{Index: i, Field: field, Reason: reason}
		}
	}
	return es, nil
}

// invalid returns the first field that cannot be accepted and why, or "".
func (e entry) invalid() (field, reason string) {
	if reason := invalidID(e.id); reason != "" {
		return "id", reason
	}
	if e.kind == kindDeposit && e.userID < 0 {
		return "userId", "must not be negative"
	}
	if e.userID < 0 {
		return "fromUserId", "must not be negative"
	}
	if e.toUserID < 0 {
		return "toUserId", "must not be negative"
	}
	if e.kind == kindTransfer && e.userID == e.toUserID {
		return "toUserId", "must not be the payer"
	}
	if e.amountMinor <= 0 {
		return "amount", "must be positive"
	}
	return "", ""
}

// invalidID returns why the depot cannot hold id, or "".
func invalidID(id string) string {
	switch {
	case id == "":
		return "must not be empty"
	case len(id) > MaxIDBytes:
		return "must not be longer than 128 bytes"
	case strings.ContainsRune(id, 0):
		return "must not contain NUL"
	case !utf8.ValidString(id):
		return "must be valid UTF-8"
	}
	return ""
}
