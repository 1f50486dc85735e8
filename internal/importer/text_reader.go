package importer

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxRecordBytes bounds one record of a file. No valid record comes near it; a forgotten closing quote does, and would otherwise
// have the rest of the file read into memory as one field.
const maxRecordBytes = 1 << 20

const byteOrderMark = "\uFEFF"

// textReader hands on a file's bytes as long as they are text that Postgres can hold: UTF-8 without NUL. The first byte that
// is not ends it with an *Error that has its exact place; what stands before it is still handed on.
type textReader struct {
	file string
	r    *bufio.Reader

	checked     int   // bytes at the front of r's buffer that are known to be text
	line        int   // of the first byte after those
	column      int   // in bytes, from 1
	delivered   int64 // bytes handed on
	recordStart int64 // what delivered was when the current record began; kept by the reader of records
	err         error // why the bytes after those checked are not handed on
}

// newTextReader skips a byte order mark.
func newTextReader(file string, r io.Reader) *textReader {
	t := &textReader{file: file, r: bufio.NewReaderSize(r, 64<<10), line: 1, column: 1}
	if head, _ := t.r.Peek(len(byteOrderMark)); string(head) == byteOrderMark {
		// Peek has it in the buffer, so this can not fail.
		_, _ = t.r.Discard(len(byteOrderMark))
	}
	return t
}

// Read implements io.Reader.
func (t *textReader) Read(p []byte) (int, error) {
	if t.checked == 0 && t.err == nil {
		t.check()
	}
	if t.checked == 0 {
		return 0, t.err
	}
	// A line at a time could not be told apart from a record here; the buffer that encoding/csv reads ahead is far below the bound.
	if t.delivered-t.recordStart > maxRecordBytes {
		return 0, errRecordTooLong
	}
	n, err := t.r.Read(p[:min(len(p), t.checked)])
	t.checked -= n
	t.delivered += int64(n)
	return n, err
}

var errRecordTooLong = fmt.Errorf("the record is longer than %d bytes: is a closing quote missing?", maxRecordBytes)

// check looks at what is in the buffer, up to the first rune that is not text. It leaves checked above 0 or err set.
func (t *textReader) check() {
	// With this many bytes there, a rune cut off at their end is never the first one.
	if _, err := t.r.Peek(utf8.UTFMax); err != nil && !errors.Is(err, io.EOF) {
		t.err = err
		return
	}
	rest, _ := t.r.Peek(t.r.Buffered())
	if len(rest) == 0 {
		t.err = io.EOF
		return
	}
	for len(rest) > 0 {
		char, size := utf8.DecodeRune(rest)
		var problem error
		switch {
		case char == utf8.RuneError && size == 1:
			problem = fmt.Errorf("byte 0x%02x is not UTF-8", rest[0])
		case char == 0:
			problem = errors.New("a NUL byte is not text")
		}
		if problem != nil {
			// Behind good bytes it may just be cut off by the buffer's end; the next check finds it at the front.
			if t.checked == 0 {
				t.err = &Error{File: t.file, Line: t.line, Column: t.column, Err: problem}
			}
			return
		}
		t.checked += size
		t.column += size
		if char == '\n' {
			t.line++
			t.column = 1
		}
		rest = rest[size:]
	}
}
