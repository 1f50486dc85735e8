package ledger

import (
	"errors"
	"fmt"
)

var (
	// ErrUnavailable means that Postgres could not be reached in time, or that too many appends are waiting. Repeating the
	// call with the same record ids is safe.
	ErrUnavailable = errors.New("ledger unavailable")

	// ErrOutcomeUnknown means that records were sent and no answer came: the depot may hold them, all or none.
	// Repeating the call with the same record ids is safe and returns the truth.
	ErrOutcomeUnknown = errors.New("outcome of the append unknown")

	// ErrCorrupt means that the tables contradict each other, which no fault of ours explains: somebody else wrote to them.
	ErrCorrupt = errors.New("ledger corrupt")

	// ErrRebuilding means that another Rebuild is under way.
	ErrRebuilding = errors.New("another rebuild is under way")

	// ErrPartitions means that the number of partitions cannot be changed any more, or is out of range.
	ErrPartitions = errors.New("partitions cannot be set")

	// errFenced means that another worker has a later epoch, or advanced the progress.
	errFenced = errors.New("fenced by another worker")

	// errStaleFunds means that a microbatch was decided on other funds than the committed ones.
	errStaleFunds = errors.New("funds have changed")
)

// InvalidError refuses a record before it reaches the depot.
type InvalidError struct {
	Index  int    // of the record in the call
	Field  string // by its name in the API: id, userId, fromUserId, toUserId, amount
	Reason string // continues the field's name: "must be positive"
}

func (e *InvalidError) Error() string { return e.Field + " " + e.Reason }

// ConflictError refuses a record whose id the depot holds with other content.
type ConflictError struct {
	Index  int    // of the record in the call
	ID     string // of the record
	Field  string // the first field that differs, by its name in the API: toUserId or amount
	Stored int64  // the field in the depot
	Given  int64  // the field in the call
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("id %q was used before with another %s", e.ID, e.Field)
}
