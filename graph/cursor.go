package graph

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/clumpql/clumpql/ledger"
)

// A cursor is opaque to clients: the base64 of a letter for its kind and of what the page after it needs. The letter keeps a cursor from
// being taken for a place in a list that is sorted by something else.
const (
	cursorID       = "i" // a list by id
	cursorPosition = "p" // the tracks of a playlist
	cursorDeposit  = "d" // deposits
	cursorTransfer = "t" // transfers, in any order: position, payer, id
	cursorActivity = "a" // timelines: microseconds since 1970, id
)

func encodeCursor(kind string, fields ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + strings.Join(fields, ":")))
}

// decodeCursor returns the n fields of a cursor; the last may hold anything.
func decodeCursor(kind, cursor string, n int) ([]string, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	rest, ok := strings.CutPrefix(string(text), kind)
	fields := strings.SplitN(rest, ":", n)
	if err != nil || !ok || len(fields) != n {
		return nil, errCursor
	}
	return fields, nil
}

var errCursor = &InputError{Field: "after", Reason: "is not a cursor of this list"}

func intCursor(kind string, n int64) string { return encodeCursor(kind, strconv.FormatInt(n, 10)) }

func decodeIntCursor(kind, cursor string) (int64, error) {
	fields, err := decodeCursor(kind, cursor, 1)
	if err != nil {
		return 0, err
	}
	return cursorInt(fields[0])
}

func cursorInt(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, errCursor
	}
	return n, nil
}

func transferCursor(c ledger.HistoryCursor) string {
	return encodeCursor(cursorTransfer, strconv.FormatInt(c.Position, 10), strconv.FormatInt(c.FromUserID, 10), c.ID)
}

func decodeTransferCursor(cursor string) (c ledger.HistoryCursor, err error) {
	fields, err := decodeCursor(cursorTransfer, cursor, 3)
	if err != nil {
		return c, err
	}
	if c.Position, err = cursorInt(fields[0]); err != nil {
		return c, err
	}
	if c.FromUserID, err = cursorInt(fields[1]); err != nil {
		return c, err
	}
	if c.ID, err = parseText("after", fields[2]); err != nil {
		return c, errCursor
	}
	return c, nil
}
