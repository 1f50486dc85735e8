package ledger

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// appending is one transaction's work on the depot: it looks up what the depot holds, unless that is nothing, gives offsets to what is new, and
// writes that. It takes the offsets from the heads of its partitions, whose locks are held to the end of the transaction, so offsets are
// gapless and their order is the order of commits.
type appending struct {
	partitions int32
	heads      map[int32]int64         // next offset of each partition; until a message has taken offsets, counted from 0
	known      map[recordKey]*stored   // what the depot holds of the records looked up, and what this transaction adds
	found      int                     // how many records the depot holds of those looked up
	added      map[int32]*depotColumns // to be written
}

// stored is what the depot holds, or will hold, under a recordKey.
type stored struct {
	toUserID    int64
	amountMinor int64
	offset      int64
	token       int64
	added       bool // by this transaction
	claimed     bool // a receipt says that it was appended by its own call
}

// depotColumns are rows of one partition, as arrays for unnest.
type depotColumns struct {
	offsets, userIDs, toUserIDs, amounts, tokens []int64
	kinds                                        []int16
	ids                                          []string
}

func newAppending(partitions int32) *appending {
	return &appending{
		partitions: partitions,
		heads:      map[int32]int64{},
		known:      map[recordKey]*stored{},
		added:      map[int32]*depotColumns{},
	}
}

const lockHead = `SELECT next_offset, partitions FROM depot_heads WHERE partition = $1 FOR UPDATE`

// queueLocks locks the heads of all the entries' partitions, in ascending order, so that no two appends wait for each
// other in a circle. The callback fails with errStalePartitions when the depot was spread meanwhile.
func (a *appending) queueLocks(b *pgx.Batch, es ...[]entry) {
	concerned := map[int32]bool{}
	for _, part := range es {
		for _, e := range part {
			concerned[partitionOf(e.userID, a.partitions)] = true
		}
	}
	for _, p := range slices.Sorted(maps.Keys(concerned)) {
		b.Queue(lockHead, p).QueryRow(func(row pgx.Row) error {
			var next int64
			var partitions int32
			if err := row.Scan(&next, &partitions); err != nil {
				return fmt.Errorf("lock partition %d: %w", p, err)
			}
			if partitions != a.partitions {
				return errStalePartitions
			}
			a.heads[p] = next
			return nil
		})
	}
}

const findRecords = `SELECT d.user_id, d.kind, d.record_id, d.to_user_id, d.amount_minor, d.depot_offset, d.append_token
FROM unnest($2::bigint[], $3::smallint[], $4::text[]) AS k (user_id, kind, record_id)
JOIN depot d ON d.partition = $1 AND d.user_id = k.user_id AND d.kind = k.kind AND d.record_id = k.record_id`

// queueLookups looks the entries up. After queueLocks it sees everything that was committed under the locks; without them others may add to it
// meanwhile.
func (a *appending) queueLookups(b *pgx.Batch, es ...[]entry) {
	type keys struct {
		userIDs []int64
		kinds   []int16
		ids     []string
	}
	byPartition := map[int32]*keys{}
	for _, part := range es {
		for _, e := range part {
			p := partitionOf(e.userID, a.partitions)
			k := byPartition[p]
			if k == nil {
				k = &keys{}
				byPartition[p] = k
			}
			k.userIDs = append(k.userIDs, e.userID)
			k.kinds = append(k.kinds, int16(e.kind))
			k.ids = append(k.ids, e.id)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(byPartition)) {
		k := byPartition[p]
		b.Queue(findRecords, p, k.userIDs, k.kinds, k.ids).Query(a.collectKnown)
	}
}

func (a *appending) collectKnown(rows pgx.Rows) error {
	for rows.Next() {
		var key recordKey
		var s stored
		err := rows.Scan(&key.userID, &key.kind, &key.id, &s.toUserID, &s.amountMinor, &s.offset, &s.token)
		if err != nil {
			return fmt.Errorf("look up records: %w", err)
		}
		a.known[key] = &s
		a.found++
	}
	return rows.Err()
}

// add gives the entries of one call their receipts, and offsets where they are new; or it returns a *ConflictError and
// leaves everything as it was.
func (a *appending) add(es []entry, token int64) ([]Receipt, error) {
	var fresh []recordKey
	for i, e := range es {
		key := e.key()
		s := a.known[key]
		if s == nil {
			a.known[key] = &stored{toUserID: e.toUserID, amountMinor: e.amountMinor, offset: -1, token: token, added: true}
			fresh = append(fresh, key)
			continue
		}
		if err := s.conflict(i, e); err != nil {
			for _, key := range fresh {
				delete(a.known, key)
			}
			return nil, err
		}
	}

	receipts := make([]Receipt, len(es))
	for i, e := range es {
		p := partitionOf(e.userID, a.partitions)
		s := a.known[e.key()]
		if s.offset < 0 {
			s.offset = a.heads[p]
			a.heads[p]++
			a.columns(p).append(e, s.offset, token)
		}
		own := s.token == token && !s.claimed
		s.claimed = s.claimed || own
		receipts[i] = Receipt{Partition: p, Offset: s.offset, Replayed: !own}
	}
	return receipts, nil
}

// conflict compares an entry with what the depot holds under its key.
func (s *stored) conflict(index int, e entry) error {
	switch {
	case s.toUserID != e.toUserID:
		return &ConflictError{Index: index, ID: e.id, Field: "toUserId", Stored: s.toUserID, Given: e.toUserID}
	case s.amountMinor != e.amountMinor:
		return &ConflictError{Index: index, ID: e.id, Field: "amount", Stored: s.amountMinor, Given: e.amountMinor}
	}
	return nil
}

func (a *appending) columns(p int32) *depotColumns {
	c := a.added[p]
	if c == nil {
		c = &depotColumns{}
		a.added[p] = c
	}
	return c
}

func (c *depotColumns) append(e entry, offset, token int64) {
	c.offsets = append(c.offsets, offset)
	c.userIDs = append(c.userIDs, e.userID)
	c.toUserIDs = append(c.toUserIDs, e.toUserID)
	c.amounts = append(c.amounts, e.amountMinor)
	c.tokens = append(c.tokens, token)
	c.kinds = append(c.kinds, int16(e.kind))
	c.ids = append(c.ids, e.id)
}

// insertRecords has the columns in the order of the table's: see writes.go. It reads the head, as all that write the depot do, for then the node that has the
// partition runs it: from rows without a table a cluster makes a copy, and of what refuses that it does not tell the code.
const insertRecords = `INSERT INTO depot
    (depot_offset, user_id, to_user_id, amount_minor, append_token, appended_at, partition, kind, record_id)
SELECT unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::bigint[]), unnest($6::bigint[]),
    now(), h.partition, unnest($7::smallint[]), unnest($8::text[])
FROM depot_heads h
WHERE h.partition = $1::integer`

const advanceHead = `UPDATE depot_heads SET next_offset = $2 WHERE partition = $1`

// queueWrites writes what add has added, and forgets it.
func (a *appending) queueWrites(b *pgx.Batch) {
	for _, p := range slices.Sorted(maps.Keys(a.added)) {
		c := a.added[p]
		b.Queue(insertRecords, p, c.offsets, c.userIDs, c.toUserIDs, c.amounts, c.tokens, c.kinds, c.ids)
		b.Queue(advanceHead, p, a.heads[p])
	}
	if len(a.added) > 0 {
		b.Queue(notify, noteAppended)
	}
	clear(a.added)
}

// maxChunk is how many records AppendTx looks up and writes at a time, which bounds its memory and its messages.
const maxChunk = 2_000

// AppendTx is Append inside tx, for any number of records: they are in the depot when tx commits. It locks the depot's
// heads until then, so other appends wait for the end of tx.
//
// It means the same as Append, except that it is not repeated after a failure and that nothing of its own can be
// Replayed by it. It works under a savepoint: after a *ConflictError or an *InvalidError tx can go on without the records.
// tx must be READ COMMITTED, which it is unless told otherwise: a snapshot taken before the lock could miss records.
func (d *Depot) AppendTx(ctx context.Context, tx pgx.Tx, records []Record) ([]Receipt, error) {
	es, err := entries(records)
	if err != nil || len(es) == 0 {
		return nil, err
	}
	partitions, err := countPartitions(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	receipts := make([]Receipt, 0, len(es))
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		a := newAppending(partitions)
		locks := &pgx.Batch{}
		a.queueLocks(locks, es)
		if err := tx.SendBatch(ctx, locks).Close(); err != nil {
			return err
		}
		for chunk := range slices.Chunk(es, maxChunk) {
			more, err := a.appendChunk(ctx, tx, chunk)
			if err != nil {
				return conflictAt(err, len(receipts))
			}
			receipts = append(receipts, more...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("append: %w", err)
	}
	return receipts, nil
}

// LockTx locks the heads of all partitions until tx ends, in the order of every append. It is for a tx that calls AppendTx more
// than once: each call locks its own partitions only, so the calls and other appends could wait for each other in a circle.
func (d *Depot) LockTx(ctx context.Context, tx pgx.Tx) error {
	partitions, err := countPartitions(ctx, tx)
	if err != nil {
		return fmt.Errorf("lock the depot: %w", err)
	}
	for p := range partitions {
		if _, err := tx.Exec(ctx, lockHead, p); err != nil {
			return fmt.Errorf("lock the depot: partition %d: %w", p, err)
		}
	}
	return nil
}

// appendChunk looks up and writes some of a transaction's records. A token of its own lets a record that an earlier
// chunk wrote count as replayed, like any other duplicate.
func (a *appending) appendChunk(ctx context.Context, tx pgx.Tx, es []entry) ([]Receipt, error) {
	clear(a.known)
	lookups := &pgx.Batch{}
	a.queueLookups(lookups, es)
	if err := tx.SendBatch(ctx, lookups).Close(); err != nil {
		return nil, err
	}
	receipts, err := a.add(es, newToken())
	if err != nil {
		return nil, err
	}
	writes := &pgx.Batch{}
	a.queueWrites(writes)
	return receipts, tx.SendBatch(ctx, writes).Close()
}

// conflictAt shifts the index of a *ConflictError, which counts from the start of a chunk.
func conflictAt(err error, start int) error {
	if c, ok := err.(*ConflictError); ok { //nolint:errorlint // add returns it bare
		c.Index += start
	}
	return err
}
