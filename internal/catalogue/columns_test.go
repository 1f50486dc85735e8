package catalogue

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// everyColumn is what columns can read.
type everyColumn struct {
	Long, Int  int64
	Yes        bool
	Text       string
	Genre      *string
	OccurredAt string
}

func readEveryColumn(c *columns, e *everyColumn) {
	e.Long, e.Int, e.Yes, e.Text, e.Genre = c.integer(), c.integer(), c.boolean(), c.text(), c.optionalText()
	e.OccurredAt = c.time().UTC().Format(time.RFC3339Nano)
}

const everyColumnSQL = `
SELECT * FROM (VALUES
    (1, -9223372036854775808, -2147483648, true, 'Zoë "q"', 'Jazz', timestamptz '2025-01-31 12:00:00.000001Z'),
    (2, 9223372036854775807, 2147483647, false, '', '', timestamptz '0001-01-01 00:00:00Z'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 0, 0, true, repeat('x', 20000), 'y', timestamptz '9999-12-31 23:59:59.999999Z'),
    (5, 7, -7, false, 'after a long one', NULL, timestamptz '1969-12-31 23:59:59.5Z')
) rows (place, long, short, yes, text, genre, occurred_at)
ORDER BY place`

// Connections may be set to another protocol, whose values are text.
func TestEachRow_bothFormats(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	genre := func(s string) *string { return &s }
	want := []everyColumn{
		{-9223372036854775808, -2147483648, true, `Zoë "q"`, genre("Jazz"), "2025-01-31T12:00:00.000001Z"},
		{9223372036854775807, 2147483647, false, "", genre(""), "0001-01-01T00:00:00Z"},
		{OccurredAt: "0001-01-01T00:00:00Z"},
		{0, 0, true, strings.Repeat("x", 20000), genre("y"), "9999-12-31T23:59:59.999999Z"},
		{7, -7, false, "after a long one", nil, "1969-12-31T23:59:59.5Z"},
	}
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeSimpleProtocol} {
		for _, n := range []int{0, 1, len(want), 1000} {
			rows, err := pool.Query(t.Context(), everyColumnSQL, mode)
			if err != nil {
				t.Fatal(err)
			}
			var got []everyColumn
			err = eachRow(rows, n, func(c *columns) {
				var e everyColumn
				c.skip() // place
				readEveryColumn(c, &e)
				got = append(got, e)
			})
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s, %d rows expected: %v %s", mode, n, err, diff)
			}
		}
	}
}

func TestEachRow_columnOfAnotherType(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	read := map[string]func(*columns){
		`SELECT 'a'::text`:                   func(c *columns) { c.integer() },
		`SELECT 'abcd'::bytea`:               func(c *columns) { c.boolean() },
		`SELECT 'infinity'::timestamptz`:     func(c *columns) { c.time() },
		`SELECT '-infinity'::timestamptz`:    func(c *columns) { c.time() },
		`SELECT 1.5::numeric, 'ok' AS later`: func(c *columns) { c.integer(); c.text() },
	}
	for sql, one := range read {
		for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeSimpleProtocol} {
			rows, err := pool.Query(t.Context(), sql, mode)
			if err != nil {
				t.Fatal(err)
			}
			err = eachRow(rows, 1, one)
			if _, is := errors.AsType[pgx.ScanArgError](err); !is {
				t.Errorf("%s, %s: %v", sql, mode, err)
			}
		}
	}
	if n := pool.Stat().AcquiredConns(); n != 0 {
		t.Errorf("%d connections are kept", n)
	}
}

// A statement that fails after some rows fails the whole read.
func TestEachRow_lateError(t *testing.T) {
	t.Parallel()
	rows, err := pgtest.New(t).Query(t.Context(), `SELECT 1 / (3 - n) FROM generate_series(1, 5) n`)
	if err != nil {
		t.Fatal(err)
	}
	if err := eachRow(rows, 5, func(c *columns) { c.integer() }); err == nil {
		t.Error("no error")
	}
}
