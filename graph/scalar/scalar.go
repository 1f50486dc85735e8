package scalar

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// Error says that a value is none of its scalar.
type Error struct {
	Value any
	Want  string // such as "a 64-bit integer"
}

func (e *Error) Error() string { return fmt.Sprintf("%v is not %s", e.Value, e.Want) }

// MarshalBigInt writes a BigInt: as a string, because JavaScript loses integers above 2^53.
func MarshalBigInt(v int64) graphql.Marshaler { return quotedInt(v) }

// AppendBigInt appends what [MarshalBigInt] writes.
func AppendBigInt(buf []byte, v int64) []byte { return appendQuotedInt(buf, v) }

// UnmarshalBigInt reads a BigInt from a string or an integer. Any other value is an [*Error].
func UnmarshalBigInt(v any) (int64, error) { return readInt(v, "a 64-bit integer") }

// MarshalID writes an ID that is a number.
func MarshalID(v int64) graphql.Marshaler { return quotedInt(v) }

// AppendID appends what [MarshalID] writes.
func AppendID(buf []byte, v int64) []byte { return appendQuotedInt(buf, v) }

// UnmarshalID reads an ID that is a number. Any other value is an [*Error].
func UnmarshalID(v any) (int64, error) { return readInt(v, "an id: ids are 64-bit integers") }

type quotedInt int64

func (q quotedInt) MarshalGQL(w io.Writer) {
	var buf [22]byte
	_, _ = w.Write(appendQuotedInt(buf[:0], int64(q))) // gqlgen's writers keep their errors to themselves
}

func appendQuotedInt(buf []byte, v int64) []byte {
	buf = append(buf, '"')
	buf = strconv.AppendInt(buf, v, 10)
	return append(buf, '"')
}

func readInt(v any, want string) (int64, error) {
	switch v := v.(type) {
	case int:
		return int64(v), nil
	case int64:
		return v, nil
	case string:
		return parseInt(v, want)
	case json.Number:
		return parseInt(string(v), want)
	case float64:
		return 0, &Error{fmt.Sprintf("the float %v", v), want} // 1.0 would look like an integer
	}
	return 0, &Error{v, want}
}

func parseInt(s, want string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, &Error{strconv.Quote(s), want}
	}
	return n, nil
}

// MarshalDateTime writes a DateTime in UTC, with as many decimals as it needs.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.MarshalString(t.UTC().Format(time.RFC3339Nano))
}

// AppendDateTime appends what [MarshalDateTime] writes.
func AppendDateTime(buf []byte, t time.Time) []byte {
	buf = append(buf, '"')
	buf = t.UTC().AppendFormat(buf, time.RFC3339Nano)
	return append(buf, '"')
}

// UnmarshalDateTime reads a DateTime with any offset. Any other value is an [*Error].
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, &Error{v, "a point in time such as \"2026-01-31T12:00:00Z\""}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, &Error{strconv.Quote(s), "a point in time such as \"2026-01-31T12:00:00Z\""}
	}
	return t.UTC(), nil
}
