package importer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// recordReader reads the records of one file and the fields of the current record by the names of their columns.
//
// The readers of fields return the zero value for a field that is not what it should be. next then reports the first such
// field, so that a record can be read without a check after each field.
type recordReader struct {
	file    string
	text    *textReader
	csv     *csv.Reader
	closer  io.Closer
	indexes map[string]int // column's name to the field's index

	record  []string
	number  int64 // of the current record, from 1, without the header
	endLine int   // of the current record
	err     error // the first bad field of the current record
}

// openRecords opens a file and reads its header line, which has to name exactly these columns, in any order.
func openRecords(fsys fs.FS, file string, columns []string) (*recordReader, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	r := newRecordReader(file, newTextReader(file, f), f)
	if err := r.readHeader(columns); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

func newRecordReader(file string, text *textReader, closer io.Closer) *recordReader {
	r := &recordReader{file: file, text: text, csv: csv.NewReader(text), closer: closer, indexes: map[string]int{}}
	r.csv.FieldsPerRecord = -1 // next checks it, and says where the trouble begins
	r.csv.ReuseRecord = true
	return r
}

func (r *recordReader) close() error { return r.closer.Close() }

func (r *recordReader) readHeader(columns []string) error {
	err := r.readRecord()
	if errors.Is(err, io.EOF) {
		return &Error{File: r.file, Line: 1, Column: 1, Err: fmt.Errorf("the header line is missing: %s", strings.Join(columns, ","))}
	}
	if err != nil {
		return err
	}
	for i, name := range r.record {
		if !slices.Contains(columns, name) {
			return r.errorAt(i, name, fmt.Errorf("no such column; there are %s", strings.Join(columns, ", ")))
		}
		if _, found := r.indexes[name]; found {
			return r.errorAt(i, name, errors.New("the column is there twice"))
		}
		r.indexes[name] = i
	}
	for _, name := range columns {
		if _, found := r.indexes[name]; !found {
			return r.errorAt(0, name, errors.New("the column is missing"))
		}
	}
	return nil
}

// next goes to the next record. It returns io.EOF behind the last one.
func (r *recordReader) next() error {
	if err := r.readRecord(); err != nil {
		return err
	}
	r.number++
	have, want := len(r.record), len(r.indexes)
	if have == want {
		return nil
	}
	// The first field too many, or the last one there is.
	return r.errorAt(min(have-1, want), "", fmt.Errorf("the record has %d fields, the header %d", have, want))
}

// readRecord reads a record into r.record, with its errors in the form of ours.
func (r *recordReader) readRecord() error {
	r.err = nil
	r.text.recordStart = r.csv.InputOffset()
	record, err := r.csv.Read()
	r.record = record
	var syntax *csv.ParseError
	switch {
	case err == nil:
		last := len(record) - 1
		line, _ := r.csv.FieldPos(last)
		r.endLine = line + strings.Count(record[last], "\n")
		return nil
	case errors.As(err, &syntax):
		// A quote that is never closed shows at the file's end; where to look is where the record begins.
		problem := fmt.Errorf("%w (the record begins on line %d)", syntax.Err, syntax.StartLine)
		return &Error{File: r.file, Line: syntax.Line, Column: syntax.Column, Err: problem}
	case errors.Is(err, errRecordTooLong):
		return &Error{File: r.file, Line: r.endLine + 1, Column: 1, Err: err}
	}
	return err // io.EOF, an *Error of textReader, or the file's
}

// errorAt is an error at the i-th field of the current record.
func (r *recordReader) errorAt(i int, name string, err error) *Error {
	line, column := r.csv.FieldPos(i)
	return &Error{File: r.file, Line: line, Column: column, Field: name, Err: err}
}

// fail remembers that a field is bad, unless an earlier one was.
func (r *recordReader) fail(column string, err error) {
	if r.err == nil {
		r.err = r.errorAt(r.indexes[column], column, err)
	}
}

func (r *recordReader) field(column string) string { return r.record[r.indexes[column]] }

// mustBeEmpty wants a field empty; why says in which case.
func (r *recordReader) mustBeEmpty(column, why string) {
	if r.field(column) != "" {
		r.fail(column, fmt.Errorf("%s must be empty %s", quoted(r.field(column)), why))
	}
}

// string reads a text of 1 to maxBytes bytes. It is a copy: the record's own memory is used again.
func (r *recordReader) string(column string, maxBytes int) string {
	value := r.field(column)
	switch {
	case value == "":
		r.fail(column, errors.New("must not be empty"))
	case len(value) > maxBytes:
		r.fail(column, fmt.Errorf("is %d bytes long; at most %d are allowed", len(value), maxBytes))
	}
	return strings.Clone(value)
}

// optionalString reads a text of up to maxBytes bytes; nil when it is empty.
func (r *recordReader) optionalString(column string, maxBytes int) *string {
	if r.field(column) == "" {
		return nil
	}
	value := r.string(column, maxBytes)
	return &value
}

// whole reads a number from least to most, written with digits alone. least is not negative.
func (r *recordReader) whole(column string, least, most int64) int64 {
	value := r.field(column)
	number, err := strconv.ParseInt(value, 10, 64)
	digits := !strings.ContainsFunc(value, func(c rune) bool { return c < '0' || c > '9' })
	if err != nil || !digits || number < least || number > most {
		r.fail(column, fmt.Errorf("%s is not a whole number from %d to %d", quoted(value), least, most))
		return 0
	}
	return number
}

// id reads an id of the catalogue.
func (r *recordReader) id(column string) int64 { return r.whole(column, 0, math.MaxInt64) }

// instant reads a time by RFC 3339. Postgres keeps its microseconds.
func (r *recordReader) instant(column string) time.Time {
	var value time.Time
	// UnmarshalText keeps to the RFC; time.Parse takes more.
	if err := value.UnmarshalText([]byte(r.field(column))); err != nil {
		r.fail(column, fmt.Errorf("%s is not a time like 2006-01-02T15:04:05Z (RFC 3339)", quoted(r.field(column))))
		return time.Time{}
	}
	return value
}

// quoted shows a value in an error, shortened where it is long.
func quoted(value string) string {
	const most = 40
	if len(value) <= most {
		return strconv.Quote(value)
	}
	return strconv.Quote(strings.ToValidUTF8(value[:most], "")) + "..."
}
