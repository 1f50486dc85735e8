package catalogue

import (
	"encoding/binary"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// columns reads the rows of a result, the columns of each one after the other. It decodes what Postgres sends by itself: pgx's Scan
// looks for a way to do so for each value, and makes an allocation of each text. A null is the zero value.
type columns struct {
	rows   pgx.Rows
	fields []pgconn.FieldDescription
	values [][]byte // of the row
	column int      // the one that is read next
	texts  texts
	words  slab[string]
	err    error // of the first value that cannot be read
}

// eachRow calls read for every row, and closes rows. Their number is expected to be about n; what is read is none when there is an error.
func eachRow(rows pgx.Rows, n int, read func(*columns)) error {
	defer rows.Close()
	c := columns{rows: rows, fields: rows.FieldDescriptions(), texts: texts{size: n * usualText}, words: slab[string]{size: n}}
	for c.err == nil && rows.Next() {
		c.values, c.column = rows.RawValues(), 0
		read(&c)
	}
	if c.err != nil {
		return c.err
	}
	return rows.Err()
}

// isNull tells whether the next column is null. It stays the next.
func (c *columns) isNull() bool { return c.values[c.column] == nil }

func (c *columns) skip() { c.column++ }

// next is the value of the next column, nil when it is null, and whether it is in Postgres' binary format.
func (c *columns) next() (value []byte, binary bool) {
	value, binary = c.values[c.column], c.fields[c.column].Format == pgtype.BinaryFormatCode
	c.column++
	return value, binary
}

// scan has pgx decode the column that next has returned: values of a format or a type that is none of the usual.
func scan[V any](c *columns) (v V) {
	field := c.fields[c.column-1]
	if err := c.rows.TypeMap().Scan(field.DataTypeOID, field.Format, c.values[c.column-1], &v); err != nil && c.err == nil {
		c.err = pgx.ScanArgError{ColumnIndex: c.column - 1, FieldName: field.Name, Err: err}
	}
	return v
}

func (c *columns) integer() int64 {
	value, isBinary := c.next()
	switch {
	case value == nil:
		return 0
	case isBinary && len(value) == 8:
		return int64(binary.BigEndian.Uint64(value))
	case isBinary && len(value) == 4:
		return int64(int32(binary.BigEndian.Uint32(value)))
	}
	return scan[int64](c)
}

func (c *columns) boolean() bool {
	value, isBinary := c.next()
	switch {
	case value == nil:
		return false
	case isBinary && len(value) == 1:
		return value[0] != 0
	}
	return scan[bool](c)
}

// text is valid as long as it is used, and keeps the texts that were read with it.
func (c *columns) text() string {
	value, _ := c.next() // the same in both formats
	return c.texts.add(value)
}

// optionalText is nil for a null.
func (c *columns) optionalText() *string {
	if c.isNull() {
		c.skip()
		return nil
	}
	word := c.words.next()
	*word = c.text()
	return word
}

// unixToPostgres are the microseconds from 1970 to 2000, where Postgres begins to count.
const unixToPostgres = 946_684_800_000_000

func (c *columns) time() time.Time {
	value, isBinary := c.next()
	if value == nil {
		return time.Time{}
	}
	if isBinary && len(value) == 8 {
		micros := int64(binary.BigEndian.Uint64(value))
		if micros > minMicros && micros < -minMicros { // the ends of the range stand for infinity
			return time.UnixMicro(micros + unixToPostgres)
		}
	}
	return scan[time.Time](c)
}

// texts keeps many short texts in few allocations.
type texts struct {
	size int // of the next chunk
	open strings.Builder
}

const (
	usualText  = 32 // bytes
	leastChunk = 64
	mostChunk  = 16 << 10
)

func (t *texts) add(value []byte) string {
	if len(value) == 0 {
		return ""
	}
	if t.open.Cap()-t.open.Len() < len(value) {
		t.open = strings.Builder{}
		t.size = min(max(t.size, leastChunk), mostChunk)
		t.open.Grow(max(t.size, len(value)))
	}
	start := t.open.Len()
	t.open.Write(value)
	return t.open.String()[start:]
}

// slab gives out Ts from slices of many.
type slab[T any] struct {
	size int // of the next slice
	free []T
}

const (
	leastSlab = 16
	mostSlab  = 256
)

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.size = min(max(s.size, leastSlab), mostSlab)
		s.free = make([]T, s.size)
	}
	item := &s.free[0]
	s.free = s.free[1:]
	return item
}
