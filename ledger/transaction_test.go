package ledger

import (
	"context"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Invariant: what may pass is tried again, and only what certainly did not happen counts as such: a cluster may lose a node that has committed.
func TestTransient(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err                error
		transient, unknown bool
	}{
		"serialization failure":   {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "40001"}, true, false},
		"lock timeout":            {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: lockNotAvailable}, true, false},
		"unique key":              {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: uniqueViolation}, false, false},
		"undefined table":         {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "42P01"}, false, false},
		"corrupted page":          {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "XX001"}, false, false},
		"lost node":               {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: internalError}, true, true},
		"unreachable node":        {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: "08006"}, true, true},
		"ended by administrator":  {&pgconn.PgError{SeverityUnlocalized: "FATAL", Code: "57P01"}, true, true},
		"broken connection":       {io.ErrUnexpectedEOF, true, true},
		"not answered":            {context.DeadlineExceeded, true, true},
		"funds have changed":      {errStaleFunds, true, true},
		"given up by its process": {context.Canceled, false, true},
	} {
		if is, unknown := transient(test.err), commitUnknown(test.err); is != test.transient || unknown != test.unknown {
			t.Errorf("%s: transient %v, commit unknown %v", name, is, unknown)
		}
	}
}
