package ledger

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Most groups hold nothing that the depot holds already. Such a group is appended in one message: each head is advanced, and
// the records take the offsets that it gave away. The unique key refuses a record that is known, and with it
// the whole message; the group is then looked up, as is every group for a while, and what is new of it appended by such a message.

// lookupsAfterReplay is how many groups are looked up first after one in which a record was known: who repeats one
// record is likely to repeat more, and a refused message has cost as much as a successful one.
const lookupsAfterReplay = 16

// takeOffsets refuses, by the null that a column does not take, when the number of partitions is not what the append took it for.
const takeOffsets = `UPDATE depot_heads
SET next_offset = CASE WHEN partitions = $2::integer THEN next_offset + $3::bigint END
WHERE partition = $1::integer
RETURNING next_offset - $3::bigint`

const insertFresh = `INSERT INTO depot
    (depot_offset, user_id, to_user_id, amount_minor, append_token, appended_at, partition, kind, record_id)
SELECT h.next_offset - cardinality($2::bigint[]) + unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]),
    unnest($5::bigint[]), unnest($6::bigint[]), now(), h.partition, unnest($7::smallint[]), unnest($8::text[])
FROM depot_heads h
WHERE h.partition = $1::integer`

var (
	stmtTakeOffsets = statement{"clumpql_take_offsets", takeOffsets}
	stmtInsertFresh = statement{"clumpql_insert_fresh", insertFresh}
	stmtNow         = statement{"clumpql_now", "SELECT now()"}
)

// appendFresh appends a group of which the depot holds nothing, in one round trip. A data error says that this is not so, or that
// the partitions have changed.
func (d *Depot) appendFresh(ctx context.Context, group []*call, committing *bool) error {
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // drops the connection if the message has closed it
	partitions, err := d.loadPartitions(ctx, conn)
	if err != nil {
		return err
	}
	return d.appendNew(ctx, conn.Conn(), newAppending(partitions), group, committing)
}

// appendNew gives the calls of a group their receipts, and appends what a does not know to be in the depot.
//
// Where the Worker of this process decides, nobody else is told. Should its term be over without its knowing, another's poll
// finds the records.
func (d *Depot) appendNew(ctx context.Context, conn *pgx.Conn, a *appending, group []*call, committing *bool) error {
	for _, c := range group {
		c.receipts, c.err = a.add(c.entries, c.token)
	}
	touched := slices.Sorted(maps.Keys(a.added)) // ascending, as everybody locks them
	if len(touched) == 0 {
		return nil // all is known, or contradicts
	}
	m := a.message(touched)
	here := d.waiters.decidesHere()
	if here {
		m.add(stmtNow)
	} else {
		m.add(stmtNotify, []byte(noteAppended))
	}
	answers, err := m.send(ctx, conn)
	if err != nil {
		*committing = *committing || m.sent && commitUnknown(err)
		return err
	}
	for i, p := range touched {
		a.heads[p] = parseInt8(answers[i][0])
	}
	for _, c := range group {
		a.place(c)
	}
	if here {
		d.handOver(a, parseTimestamp(answers[len(answers)-1][0]))
	} else {
		d.wakeWorker()
	}
	return nil
}

// place gives the receipts of what was added the offsets that the heads gave away.
func (a *appending) place(c *call) {
	for i := range c.receipts {
		if r := &c.receipts[i]; a.found == 0 || a.known[c.entries[i].key()].added {
			r.Offset += a.heads[r.Partition]
		}
	}
}

// message appends what add has added to these partitions, given offsets from 0. The first rows are the heads as they were.
func (a *appending) message(touched []int32) *message {
	m := &message{} // these find rows by the key of a table of a page: any plan will do
	for _, p := range touched {
		m.add(stmtTakeOffsets, argInt4(p), argInt4(a.partitions), argInt8(int64(len(a.added[p].ids))))
	}
	for _, p := range touched {
		c := a.added[p]
		m.add(stmtInsertFresh, argInt4(p), argInt8s(c.offsets), argInt8s(c.userIDs), argInt8s(c.toUserIDs), argInt8s(c.amounts),
			argInt8s(c.tokens), argInt2s(c.kinds), argTexts(c.ids))
	}
	return m
}
