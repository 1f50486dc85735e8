package importer

import (
	"errors"
	"fmt"
)

// ErrNoFiles says that a folder holds none of the files of a catalogue.
var ErrNoFiles = errors.New("none of the catalogue's files is there")

// Error says what is wrong where. Nothing of an import that ends with it stays.
type Error struct {
	File   string // as it was opened: the folder and the name
	Line   int    // from 1; lines of a multi-line field count
	Column int    // from 1, in bytes; a byte order mark does not count. Of a quoted field: its opening quote
	Field  string // the column's name; empty where the trouble is not one field's
	Err    error  // what is wrong
}

func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err)
	}
	return fmt.Sprintf("%s:%d:%d: %s: %v", e.File, e.Line, e.Column, e.Field, e.Err)
}

// Unwrap returns what is wrong: a *ledger.InvalidError or *ledger.ConflictError when the depot refused the record.
func (e *Error) Unwrap() error { return e.Err }
