package ledger

import (
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// Arguments of a message, in the binary form of their types. Arrays have one dimension and no nulls.

func argInt4(v int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func argBool(v bool) []byte {
	if v {
		return []byte{1}
	}
	return []byte{0}
}

func argInt2(v int16) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }

func argInt8s(vs []int64) []byte {
	b := newArray(pgtype.Int8OID, len(vs), 8*len(vs))
	for _, v := range vs {
		b = binary.BigEndian.AppendUint32(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	return b
}

func argInt4s(vs []int32) []byte {
	b := newArray(pgtype.Int4OID, len(vs), 4*len(vs))
	for _, v := range vs {
		b = binary.BigEndian.AppendUint32(b, 4)
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return b
}

func argInt2s[T ~int16](vs []T) []byte {
	b := newArray(pgtype.Int2OID, len(vs), 2*len(vs))
	for _, v := range vs {
		b = binary.BigEndian.AppendUint32(b, 2)
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return b
}

func argBools(vs []bool) []byte {
	b := newArray(pgtype.BoolOID, len(vs), len(vs))
	for _, v := range vs {
		b = binary.BigEndian.AppendUint32(b, 1)
		b = append(b, argBool(v)...)
	}
	return b
}

func argTexts(vs []string) []byte {
	size := 0
	for _, v := range vs {
		size += len(v)
	}
	b := newArray(pgtype.TextOID, len(vs), size)
	for _, v := range vs {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return b
}

func argTimestamps(vs []time.Time) []byte {
	b := newArray(pgtype.TimestamptzOID, len(vs), 8*len(vs))
	for _, v := range vs {
		b = binary.BigEndian.AppendUint32(b, 8)
		b = binary.BigEndian.AppendUint64(b, uint64(v.UnixMicro()-postgresEpochMicros))
	}
	return b
}

func argInt8(v int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v)) }

func argTimestamp(v time.Time) []byte { return argInt8(v.UnixMicro() - postgresEpochMicros) }

// postgresEpochMicros is 2000-01-01 UTC, from which Postgres counts, in microseconds since 1970.
const postgresEpochMicros = 946_684_800 * 1_000_000

// newArray returns the head of an array of n elements, with room for them.
func newArray(element uint32, n, size int) []byte {
	const head = 20
	b := make([]byte, 0, head+4*n+size)
	b = binary.BigEndian.AppendUint32(b, 1) // dimensions
	b = binary.BigEndian.AppendUint32(b, 0) // no nulls
	b = binary.BigEndian.AppendUint32(b, element)
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	return binary.BigEndian.AppendUint32(b, 1) // the first index
}

func parseInt8(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }

func parseTimestamp(b []byte) time.Time { return time.UnixMicro(parseInt8(b) + postgresEpochMicros) }
