package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// This file makes the hash chain over the table microbatches, which tells a changed past from the true one even where the depot and
// the PStates were changed consistently. Its bytes are stored for ever. All integers are big-endian.
//
// The digest of a record and its outcome is the SHA-256 of
//
//	1 byte   chainFormat
//	1 byte   kind: 0 deposit, 1 transfer
//	1 byte   status
//	4 bytes  partition
//	8 bytes  each: offset, position, user id (who pays; of a deposit, who is paid), id of who is paid, amount,
//	         balance of the one and of the other as the decision found them,
//	         time of the append in microseconds since 1970-01-01 UTC
//	the rest record id
//
// The hash of a row of microbatches is the SHA-256 of
//
//	1 byte   chainFormat
//	32 bytes hash of the row before it, in the order of position and partition; zeros where there is none or it has none
//	8 bytes  position
//	4 bytes  partition
//	8 bytes  next offset
//	32 bytes for each of its records, in the order of decisions: its digest
//
// The column digests holds one byte, chainFormat, and the first 8 bytes of each record's digest. They name the record that was
// changed; that nobody can make up another one to fit is due to the hash, which covers the digests whole. Where both were made anew from
// the change on, only a hash that was kept elsewhere tells: see VerifyOptions.Head.

const (
	chainFormat = 1
	digestBytes = 8 // of each record's digest, in the column digests
)

// Hash stands for a row of microbatches and all that was decided before it. The zero Hash stands for nothing.
type Hash [sha256.Size]byte

// String returns the hash in hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// UnmarshalText reads what String has written, and leaves h alone if it is something else.
func (h *Hash) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(h) {
		return fmt.Errorf("%q is not a hash of %d hexadecimal digits", text, 2*len(h))
	}
	*h = Hash(b)
	return nil
}

// advance is what a microbatch decided in one partition: a row of microbatches.
type advance struct {
	position  int64 // of the microbatch
	partition int32
	next      int64 // the offset behind the last record
}

// link is an advance in the chain.
type link struct {
	advance
	hash    Hash
	digests []byte
}

// newLink returns the link of an advance, given the hash before it, its records and their outcomes.
func newLink(previous Hash, s advance, rows []depotRow, outcomes []outcome) link {
	l := link{advance: s, digests: make([]byte, 1, 1+digestBytes*len(rows))}
	l.digests[0] = chainFormat
	message := make([]byte, 0, 64+sha256.Size*len(rows))
	message = append(message, chainFormat)
	message = append(message, previous[:]...)
	message = binary.BigEndian.AppendUint64(message, uint64(s.position))
	message = binary.BigEndian.AppendUint32(message, uint32(s.partition))
	message = binary.BigEndian.AppendUint64(message, uint64(s.next))
	var record []byte
	for i, row := range rows {
		record = appendDigested(record[:0], row, outcomes[i])
		digest := sha256.Sum256(record)
		message = append(message, digest[:]...)
		l.digests = append(l.digests, digest[:digestBytes]...)
	}
	l.hash = sha256.Sum256(message)
	return l
}

// appendDigested appends what the digest of a record and its outcome is made of.
func appendDigested(b []byte, row depotRow, o outcome) []byte {
	b = append(b, chainFormat, byte(row.kind), byte(o.status))
	b = binary.BigEndian.AppendUint32(b, uint32(row.partition))
	for _, n := range [...]int64{
		row.offset, row.position, row.userID, row.toUserID, row.amountMinor, o.balanceMinor, o.payeeMinor, row.appendedAt.UnixMicro(),
	} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return append(b, row.id...)
}

// linksOf returns the links of a microbatch: rows are its records in the order of decisions, which is partition after
// partition, and next is the progress after it.
func linksOf(previous Hash, next []int64, rows []depotRow, outcomes []outcome) []link {
	var links []link
	for first := 0; first < len(rows); {
		partition, end := rows[first].partition, first+1
		for end < len(rows) && rows[end].partition == partition {
			end++
		}
		l := newLink(previous, advance{rows[0].position, partition, next[partition]}, rows[first:end], outcomes[first:end])
		links = append(links, l)
		previous, first = l.hash, end
	}
	return links
}

const writeLink = `INSERT INTO microbatches (partition, position, next_offset, hash, digests) VALUES ($1, $2, $3, $4, $5)`

const readHead = `SELECT hash FROM microbatches ORDER BY position DESC, partition DESC LIMIT 1`

// lastHash returns the hash that the next link follows. It changes with progress: who must not miss one locks that before.
func lastHash(ctx context.Context, tx pgx.Tx) (Hash, error) {
	var hash []byte
	err := tx.QueryRow(ctx, readHead).Scan(&hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Hash{}, fmt.Errorf("read the last hash: %w", err)
	}
	return storedHash(hash), nil
}

// storedHash is the zero Hash for null. The table's check lets no other length pass.
func storedHash(b []byte) (h Hash) {
	copy(h[:], b)
	return h
}
