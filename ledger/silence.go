package ledger

import (
	"errors"
	"time"
)

// silentAfter is how long Postgres may leave an attempt without an answer before it counts as out of reach: nobody knows whether an answer will come.
const silentAfter = 3 * time.Second

var errSilent = errors.New("no answer yet")

// silence is that of one attempt at a time: a connection that has fallen silent does not fail for long. The zero silence has none under
// way. The lock of what it is a field of guards it.
type silence struct{ since time.Time }

func (s *silence) begin() { s.since = time.Now() }

func (s *silence) end() { s.since = time.Time{} }

// or returns err, which is that of the last attempt, or errSilent if there is none and the present attempt is without an answer for too long.
func (s *silence) or(err error) error {
	if err == nil && !s.since.IsZero() && time.Since(s.since) >= silentAfter {
		return errSilent
	}
	return err
}
