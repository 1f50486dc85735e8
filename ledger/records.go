package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A record is in the depot first and in the history once it is decided. Both are asked in one statement, so nothing is
// missed in between; where both answer, the history does.

const readTransfers = `SELECT d.user_id AS from_user_id, d.to_user_id, d.amount_minor, d.record_id, d.depot_offset, d.appended_at,
    0::smallint AS status, 0::bigint AS position, NULL::bigint AS payer_balance_minor
FROM unnest($1::integer[], $2::bigint[], $3::text[]) AS k (partition, user_id, record_id)
JOIN depot d ON d.partition = k.partition AND d.user_id = k.user_id AND d.kind = 1 AND d.record_id = k.record_id
UNION ALL
SELECT o.from_user_id, o.to_user_id, o.amount_minor, o.record_id, o.depot_offset, o.appended_at,
    o.status, o.position, o.payer_balance_minor
FROM unnest($2::bigint[], $3::text[]) AS k (user_id, record_id)
JOIN outgoing_transfers o ON o.from_user_id = k.user_id AND o.record_id = k.record_id`

// Transfers returns the transfers of these names, Pending while only the depot holds them.
func (s *PStates) Transfers(ctx context.Context, keys []TransferKey) (map[TransferKey]TransferRecord, error) {
	lookup := make([]recordKey, len(keys))
	for i, k := range keys {
		lookup[i] = recordKey{k.FromUserID, kindTransfer, k.ID}
	}
	records, err := readRecords(ctx, s, readTransfers, lookup, scanTransfer)
	if err != nil {
		return nil, fmt.Errorf("read transfers: %w", unavailableIfBroken(err))
	}
	found := make(map[TransferKey]TransferRecord, len(records))
	for _, r := range records {
		key := TransferKey{r.FromUserID, r.ID}
		if before, ok := found[key]; !ok || before.Status == Pending {
			found[key] = r
		}
	}
	return found, nil
}

const readDeposits = `SELECT d.user_id, d.amount_minor, d.record_id, d.depot_offset, d.appended_at,
    0::smallint AS status, 0::bigint AS position, NULL::bigint AS balance_minor
FROM unnest($1::integer[], $2::bigint[], $3::text[]) AS k (partition, user_id, record_id)
JOIN depot d ON d.partition = k.partition AND d.user_id = k.user_id AND d.kind = 0 AND d.record_id = k.record_id
UNION ALL
SELECT o.user_id, o.amount_minor, o.record_id, o.depot_offset, o.appended_at, o.status, o.position, o.balance_minor
FROM unnest($2::bigint[], $3::text[]) AS k (user_id, record_id)
JOIN deposits o ON o.user_id = k.user_id AND o.record_id = k.record_id`

// Deposits returns the deposits of these names, Pending while only the depot holds them.
func (s *PStates) Deposits(ctx context.Context, keys []DepositKey) (map[DepositKey]DepositRecord, error) {
	lookup := make([]recordKey, len(keys))
	for i, k := range keys {
		lookup[i] = recordKey{k.UserID, kindDeposit, k.ID}
	}
	records, err := readRecords(ctx, s, readDeposits, lookup, scanDeposit)
	if err != nil {
		return nil, fmt.Errorf("read deposits: %w", unavailableIfBroken(err))
	}
	found := make(map[DepositKey]DepositRecord, len(records))
	for _, r := range records {
		key := DepositKey{r.UserID, r.ID}
		if before, ok := found[key]; !ok || before.Status == Pending {
			found[key] = r
		}
	}
	return found, nil
}

// readRecords looks records up by their names, leaving out those that no record can have. scan is told the number of
// partitions.
func readRecords[T any](
	ctx context.Context, s *PStates, sql string, keys []recordKey, scan func(int32) pgx.RowToFunc[T],
) ([]T, error) {
	partitions, err := s.loadPartitions(ctx)
	if err != nil {
		return nil, err
	}
	var inPartitions []int32
	var userIDs []int64
	var ids []string
	for _, k := range keys {
		if invalidID(k.id) == "" {
			inPartitions = append(inPartitions, partitionOf(k.userID, partitions))
			userIDs = append(userIDs, k.userID)
			ids = append(ids, k.id)
		}
	}
	rows, _ := s.query(ctx, sql, inPartitions, userIDs, ids)
	return pgx.CollectRows(rows, scan(partitions))
}

func scanTransfer(partitions int32) pgx.RowToFunc[TransferRecord] {
	return func(row pgx.CollectableRow) (r TransferRecord, err error) {
		err = row.Scan(&r.FromUserID, &r.ToUserID, &r.AmountMinor, &r.ID, &r.Offset, &r.AppendedAt,
			&r.Status, &r.Position, &r.PayerBalanceMinor)
		r.Partition = partitionOf(r.FromUserID, partitions)
		return r, err
	}
}

func scanDeposit(partitions int32) pgx.RowToFunc[DepositRecord] {
	return func(row pgx.CollectableRow) (r DepositRecord, err error) {
		err = row.Scan(&r.UserID, &r.AmountMinor, &r.ID, &r.Offset, &r.AppendedAt, &r.Status, &r.Position, &r.BalanceMinor)
		r.Partition = partitionOf(r.UserID, partitions)
		return r, err
	}
}
