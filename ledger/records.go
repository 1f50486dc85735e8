package ledger

import (
	"context"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
)

// A record is in the depot first and in the history once it is decided. So the depot is asked first, for what was appended, and then the
// history, for what became of that: nothing is missed in between.

const readAppended = `SELECT d.user_id, d.to_user_id, d.amount_minor, d.record_id, d.depot_offset, d.appended_at, d.partition
FROM unnest($1::integer[], $2::bigint[], $3::text[]) AS k (partition, user_id, record_id)
JOIN depot d ON d.partition = k.partition AND d.record_id = k.record_id AND d.user_id = k.user_id AND d.kind = $4`

// With one partition the offset is the position.

const readTransferDecisions = `SELECT h.from_user_id, h.record_id, h.status, h.position, h.payer_balance_minor
FROM unnest($1::bigint[], $2::integer[], $3::bigint[]) AS k (user_id, segment, position)
JOIN outgoing_transfers h ON h.segment = k.segment AND h.from_user_id = k.user_id AND h.position = k.position`

// With several it is not known where a record is: see by_id_sql.go. $5 are all segments, of which each record has the first and the last that may hold it,
// counted from 1 as arrays are, and $6 is shortHistory. The first half may find ids of one user that were asked of another: to compare pairs there takes as
// many steps as users, ids and records multiplied.

const readTransferDecisionsByID = `SELECT h.from_user_id, h.record_id, h.status, h.position, h.payer_balance_minor
FROM funds f
CROSS JOIN LATERAL (
    SELECT h.*
    FROM outgoing_transfers h
    WHERE h.segment = ANY($5) AND h.from_user_id = f.user_id
    ORDER BY h.segment, h.position
    LIMIT $6
) h
WHERE f.user_id = ANY($1) AND NOT h.by_id AND h.record_id = ANY($2)
UNION ALL
SELECT h.from_user_id, h.record_id, h.status, h.position, h.payer_balance_minor
FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[]) AS k (user_id, record_id, first, last)
JOIN outgoing_transfers h ON h.by_id AND h.segment = ANY(($5::integer[])[k.first:k.last]) AND h.from_user_id = k.user_id AND h.record_id = k.record_id`

// Of deposits, the parameters are the same, but for the last.

const readDepositDecisions = `SELECT h.user_id, h.record_id, h.status, h.position, h.balance_minor
FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::integer[]) AS k (user_id, record_id, first, last)
JOIN deposits h ON h.segment = ANY(($5::integer[])[k.first:k.last]) AND h.user_id = k.user_id AND h.record_id = k.record_id`

// decision is what a history has of a record besides what the depot has.
type decision struct {
	recordKey
	status       Status
	position     int64
	balanceMinor int64
}

// Transfers returns the transfers of these names, Pending while only the depot holds them.
func (s *PStates) Transfers(ctx context.Context, keys []TransferKey) (map[TransferKey]TransferRecord, error) {
	lookup := make([]recordKey, len(keys))
	for i, k := range keys {
		lookup[i] = recordKey{k.FromUserID, kindTransfer, k.ID}
	}
	rows, decisions, err := s.readRecords(ctx, kindTransfer, lookup)
	if err != nil {
		return nil, fmt.Errorf("read transfers: %w", unavailableIfBroken(err))
	}
	found := make(map[TransferKey]TransferRecord, len(rows))
	for _, r := range rows {
		found[TransferKey{r.userID, r.id}] = TransferRecord{
			Transfer:  Transfer{ID: r.id, FromUserID: r.userID, ToUserID: r.toUserID, AmountMinor: r.amountMinor},
			Partition: r.partition, Offset: r.offset, AppendedAt: r.appendedAt,
		}
	}
	for _, d := range decisions {
		key := TransferKey{d.userID, d.id}
		r, asked := found[key]
		if !asked {
			continue // another user's record has this id, too
		}
		r.Status, r.Position, r.PayerBalanceMinor = d.status, d.position, &d.balanceMinor
		found[key] = r
	}
	return found, nil
}

// Deposits returns the deposits of these names, Pending while only the depot holds them.
func (s *PStates) Deposits(ctx context.Context, keys []DepositKey) (map[DepositKey]DepositRecord, error) {
	lookup := make([]recordKey, len(keys))
	for i, k := range keys {
		lookup[i] = recordKey{k.UserID, kindDeposit, k.ID}
	}
	rows, decisions, err := s.readRecords(ctx, kindDeposit, lookup)
	if err != nil {
		return nil, fmt.Errorf("read deposits: %w", unavailableIfBroken(err))
	}
	found := make(map[DepositKey]DepositRecord, len(rows))
	for _, r := range rows {
		found[DepositKey{r.userID, r.id}] = DepositRecord{
			Deposit:   Deposit{ID: r.id, UserID: r.userID, AmountMinor: r.amountMinor},
			Partition: r.partition, Offset: r.offset, AppendedAt: r.appendedAt,
		}
	}
	for _, d := range decisions {
		key := DepositKey{d.userID, d.id}
		r := found[key]
		r.Status, r.Position, r.BalanceMinor = d.status, d.position, &d.balanceMinor
		found[key] = r
	}
	return found, nil
}

// readRecords looks records of a kind up by their names, and what became of them.
func (s *PStates) readRecords(ctx context.Context, k kind, keys []recordKey) (rows []depotRow, decisions []decision, err error) {
	partitions, err := s.loadPartitions(ctx)
	if err != nil {
		return nil, nil, err
	}
	if rows, err = s.readAppended(ctx, k, keys, partitions); err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	_, err = s.walk(ctx, plannedEach, func(b *pgx.Batch, newest int32) {
		sql, args := decisionsOf(k, rows, partitions, newest)
		b.Queue(sql, args...).Query(func(found pgx.Rows) (err error) {
			decisions, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (d decision, err error) {
				d.kind = k
				err = row.Scan(&d.userID, &d.id, &d.status, &d.position, &d.balanceMinor)
				return d, err
			})
			return err
		})
	})
	return rows, decisions, err
}

// decisionsOf returns the statement that finds what became of records, with its arguments.
func decisionsOf(k kind, rows []depotRow, partitions, newest int32) (sql string, args []any) {
	var userIDs, offsets []int64
	var ids []string
	var segments, firsts, lasts []int32
	for _, r := range rows {
		userIDs, ids, offsets = append(userIDs, r.userID), append(ids, r.id), append(offsets, r.offset)
		// The offset is the position, or where there are several partitions, it is not later.
		segment := segmentOf(r.offset)
		last := segment + 1
		if partitions > 1 {
			last = math.MaxInt32
		}
		segments, firsts, lasts = append(segments, segment), append(firsts, segment+1), append(lasts, last)
	}
	switch {
	case k == kindDeposit:
		return readDepositDecisions, []any{userIDs, ids, firsts, lasts, allSegments(newest)}
	case partitions == 1:
		return readTransferDecisions, []any{userIDs, segments, offsets}
	default:
		return readTransferDecisionsByID, []any{userIDs, ids, firsts, lasts, allSegments(newest), shortHistory}
	}
}

// readAppended returns what the depot holds under these names, leaving out those that no record can have.
func (s *PStates) readAppended(ctx context.Context, k kind, keys []recordKey, partitions int32) (rows []depotRow, err error) {
	var inPartitions []int32
	var userIDs []int64
	var ids []string
	for _, key := range keys {
		if invalidID(key.id) == "" {
			inPartitions = append(inPartitions, partitionOf(key.userID, partitions))
			userIDs = append(userIDs, key.userID)
			ids = append(ids, key.id)
		}
	}
	err = readByIndex(ctx, s.pool, plannedEach, func(found pgx.Rows) (err error) {
		rows, err = pgx.CollectRows(found, func(row pgx.CollectableRow) (r depotRow, err error) {
			r.kind = k
			err = row.Scan(&r.userID, &r.toUserID, &r.amountMinor, &r.id, &r.offset, &r.appendedAt, &r.partition)
			return r, err
		})
		return err
	}, readAppended, inPartitions, userIDs, ids, k)
	return rows, err
}
