package importer

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/ledger"
)

// appendChunk is how many records go to the depot in one statement.
const appendChunk = 1000

// The primary key is for reading in chunks. A deposit has no payer: from_user_id is null.
const stageLedgerSQL = `
CREATE TEMP TABLE import_ledger (
    record       bigint NOT NULL PRIMARY KEY,
    from_user_id bigint,
    to_user_id   bigint NOT NULL,
    amount_minor bigint NOT NULL,
    record_id    text   NOT NULL
) ON COMMIT DROP`

// The key is the depot's: kind, who pays (of a deposit: who is paid) and id.
const duplicateLedgerSQL = `
SELECT record, earlier
FROM (
    SELECT record, lag(record) OVER (
        PARTITION BY from_user_id IS NULL, coalesce(from_user_id, to_user_id), record_id ORDER BY record
    ) AS earlier
    FROM import_ledger
) d
WHERE earlier IS NOT NULL
ORDER BY record
LIMIT 1`

var ledgerRecords = table{
	file:         "ledger.csv",
	columns:      []string{"kind", "id", "from_user_id", "to_user_id", "amount_minor", "occurred_at"},
	key:          "id",
	stage:        "import_ledger",
	staged:       []string{"record_id", "from_user_id", "to_user_id", "amount_minor"},
	values:       ledgerValues,
	stageSQL:     stageLedgerSQL,
	duplicateSQL: duplicateLedgerSQL,
}

func ledgerValues(r *recordReader) []any {
	var fromUserID *int64
	switch kind := r.field("kind"); kind {
	case "deposit":
		r.mustBeEmpty("from_user_id", "for a deposit")
	case "transfer":
		id := r.id("from_user_id")
		fromUserID = &id
	default:
		r.fail("kind", fmt.Errorf("%s is neither deposit nor transfer", quoted(kind)))
	}
	recordID := r.string("id", ledger.MaxIDBytes)
	toUserID := r.id("to_user_id")
	amountMinor := r.whole("amount_minor", 1, math.MaxInt64)
	r.instant("occurred_at") // checked, not kept: the depot has a time of its own
	return []any{recordID, fromUserID, toUserID, amountMinor}
}

const ledgerChunkSQL = `
SELECT record_id, from_user_id, to_user_id, amount_minor
FROM import_ledger
WHERE record > $1
ORDER BY record
LIMIT $2`

// appendLedger hands the records of the temp table to the depot, in the order of the file.
func (r run) appendLedger(ctx context.Context, t table, read int64) (FileSummary, error) {
	// The chunks are calls of their own.
	if err := r.depot.LockTx(ctx, r.tx); err != nil {
		return FileSummary{}, fmt.Errorf("%s: %w", t.file, err)
	}
	summary := FileSummary{File: t.file, Read: read}
	for done := int64(0); ; {
		rows, err := r.tx.Query(ctx, ledgerChunkSQL, done, appendChunk)
		if err != nil {
			return FileSummary{}, fmt.Errorf("%s: read the temp table: %w", t.file, err)
		}
		records, err := pgx.CollectRows(rows, scanRecord)
		if err != nil {
			return FileSummary{}, fmt.Errorf("%s: read the temp table: %w", t.file, err)
		}
		if len(records) == 0 {
			return summary, nil
		}
		receipts, err := r.depot.AppendTx(ctx, r.tx, records)
		if err != nil {
			return FileSummary{}, r.appendError(t, done, err)
		}
		for _, receipt := range receipts {
			if receipt.Replayed {
				summary.Unchanged++
			} else {
				summary.Inserted++
			}
		}
		done += int64(len(records))
	}
}

func scanRecord(row pgx.CollectableRow) (ledger.Record, error) {
	var (
		id                    string
		fromUserID            *int64
		toUserID, amountMinor int64
	)
	if err := row.Scan(&id, &fromUserID, &toUserID, &amountMinor); err != nil {
		return nil, err
	}
	if fromUserID == nil {
		return ledger.Deposit{ID: id, UserID: toUserID, AmountMinor: amountMinor}, nil
	}
	return ledger.Transfer{ID: id, FromUserID: *fromUserID, ToUserID: toUserID, AmountMinor: amountMinor}, nil
}

// ledgerColumns are the columns of the file by the names that the ledger's errors have for them.
var ledgerColumns = map[string]string{
	"id":         "id",
	"userId":     "to_user_id",
	"fromUserId": "from_user_id",
	"toUserId":   "to_user_id",
	"amount":     "amount_minor",
}

// appendError finds the place in the file of what the depot refused. The refused chunk begins after done records.
func (r run) appendError(t table, done int64, err error) error {
	var (
		invalid  *ledger.InvalidError
		conflict *ledger.ConflictError
		index    int
		field    string
	)
	switch {
	case errors.As(err, &invalid):
		index, field = invalid.Index, invalid.Field
	case errors.As(err, &conflict):
		index, field = conflict.Index, conflict.Field
	default:
		return fmt.Errorf("%s: %w", t.file, err)
	}
	column, known := ledgerColumns[field]
	if !known {
		return fmt.Errorf("%s: record %d: %w", t.file, done+int64(index)+1, err)
	}
	place, placeErr := r.place(t, done+int64(index)+1, column)
	if placeErr != nil {
		return errors.Join(err, placeErr)
	}
	place.Err = err
	return place
}
