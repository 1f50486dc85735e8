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
		"internal error":          {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: internalError, File: "relcache.c"}, false, false},
		"lost node":               {&pgconn.PgError{SeverityUnlocalized: "ERROR", Code: internalError, File: "remote_commands.c"}, true, true},
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

// Invariant: a worker outlives a node that is lost, but not a row that is refused for ever, though a cluster may tell both by the same error.
func TestPerseverance(t *testing.T) {
	t.Parallel()
	refused := &pgconn.PgError{SeverityUnlocalized: "ERROR", Code: internalError, File: "multi_copy.c"}
	var p perseverance
	for range 5 * mostNodeErrors {
		if !p.goesOn(refused) || !p.goesOn(&pgconn.PgError{Code: "08006"}) {
			t.Fatal("a lost node ends the worker")
		}
	}
	terms := 1
	for p.goesOn(refused) {
		terms++
	}
	if terms != mostNodeErrors {
		t.Errorf("ended after %d terms, want %d", terms, mostNodeErrors)
	}
	if p = (perseverance{}); p.goesOn(&pgconn.PgError{Code: uniqueViolation}) {
		t.Error("a refused row does not end the worker")
	}
}
