package ledger

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// HistoryOrder is the order of a history's pages.
type HistoryOrder int8

const (
	Newest HistoryOrder = iota // by position, the last decision first
	Oldest                     // by position, the first decision first
	ByID                       // by the bytes of the record id; equal ids (of several payers) by payer
)

// HistoryFilter restricts a history to a range of record ids, compared by their bytes. The zero filter lets all through.
type HistoryFilter struct {
	IDFrom, IDTo       string // both inclusive
	HasIDFrom, HasIDTo bool
}

// HistoryCursor is the place of a record in every order. Newest and Oldest use Position, ByID uses ID and FromUserID.
type HistoryCursor struct {
	Position   int64
	ID         string
	FromUserID int64
}

// Cursor returns the place of a decided transfer in a history.
func (r TransferRecord) Cursor() HistoryCursor { return HistoryCursor{r.Position, r.ID, r.FromUserID} }

// HistoryPage asks for a page of the transfers of each of many users. It is comparable, so that it can be part of a key.
type HistoryPage struct {
	First    int // the most records; 0 or less: none, and HasNext tells whether there are any
	After    HistoryCursor
	HasAfter bool // the page starts behind After, which need not be the place of a record
	Order    HistoryOrder
	HistoryFilter
}

// DepositPage asks for a page of the deposits of each of many users, newest first. It is comparable.
type DepositPage struct {
	First    int   // the most records; 0 or less: none, and HasNext tells whether there are any
	After    int64 // a position
	HasAfter bool  // the page starts behind After
}

// Slice is a page. HasNext and HasPrevious are exact: they tell whether records that pass the filter follow and precede.
type Slice[T any] struct {
	Records              []T
	HasNext, HasPrevious bool
}

// maxID sorts after every record id: it is longer than they may be, of the last character there is.
var maxID = strings.Repeat("\U0010FFFF", MaxIDBytes/4+1)

// bounds returns the range of ids that pass the filter.
func (f HistoryFilter) bounds() (from, to string, err error) {
	to = maxID
	if f.HasIDFrom {
		from = f.IDFrom
	}
	if f.HasIDTo {
		to = f.IDTo
	}
	if !validText(from) {
		return "", "", &InvalidError{Field: "idFrom", Reason: "must be valid UTF-8 without NUL"}
	}
	if !validText(to) {
		return "", "", &InvalidError{Field: "idTo", Reason: "must be valid UTF-8 without NUL"}
	}
	return from, to, nil
}

// validText tells whether Postgres can take s as text.
func validText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// OutgoingPages returns for each user a page of the transfers that the user pays.
func (s *PStates) OutgoingPages(ctx context.Context, page HistoryPage, userIDs []int64) (map[int64]Slice[TransferRecord], error) {
	slices, err := s.transferPages(ctx, outgoingPages, page, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read outgoing transfers: %w", unavailableIfBroken(err))
	}
	return slices, nil
}

// IncomingPages returns for each user a page of the transfers that pay the user, refused ones too.
func (s *PStates) IncomingPages(ctx context.Context, page HistoryPage, userIDs []int64) (map[int64]Slice[TransferRecord], error) {
	slices, err := s.transferPages(ctx, incomingPages, page, userIDs)
	if err != nil {
		return nil, fmt.Errorf("read incoming transfers: %w", unavailableIfBroken(err))
	}
	return slices, nil
}

// transferPages runs the statement of the page's order, one of three.
func (s *PStates) transferPages(
	ctx context.Context, statements [3]string, page HistoryPage, userIDs []int64,
) (map[int64]Slice[TransferRecord], error) {
	if page.Order < Newest || page.Order > ByID {
		return nil, &InvalidError{Field: "orderBy", Reason: "is unknown"}
	}
	from, to, err := page.bounds()
	if err != nil {
		return nil, err
	}
	if page.Order == ByID && page.HasAfter && !validText(page.After.ID) {
		return nil, &InvalidError{Field: "after", Reason: "must be valid UTF-8 without NUL"}
	}
	partitions, err := s.loadPartitions(ctx)
	if err != nil {
		return nil, err
	}

	first, scan := max(page.First, 0), scanSlicedTransfer(partitions)
	var slices map[int64]Slice[TransferRecord]
	_, err = s.walk(ctx, plannedOnce, func(b *pgx.Batch, newest int32) {
		slices = newSlices[TransferRecord](userIDs)
		if page.Order != ByID {
			after, holding, preceding := page.places(newest)
			b.Queue(statements[page.Order], userIDs, first+1, from, to, after, holding, preceding).
				Query(func(rows pgx.Rows) error { return collectSlices(rows, slices, scan) })
			return
		}
		after, preceding := page.After, 1
		if !page.HasAfter {
			after, preceding = HistoryCursor{FromUserID: -1}, 0 // before every record
		}
		b.Queue(statements[ByID], userIDs, first+1, from, to, preceding, after.ID, after.FromUserID, allSegments(newest), shortHistory).
			Query(func(rows pgx.Rows) error { return mergeSlices(rows, slices, scan) })
	})
	if err != nil {
		return nil, err
	}
	cutSlices(slices, first)
	return slices, nil
}

// places returns the cursor of a page by position, or what precedes every record, and the segments that may hold the page and what
// precedes it.
func (p HistoryPage) places(newest int32) (after int64, holding, preceding []int32) {
	switch {
	case p.Order == Oldest && p.HasAfter:
		return p.After.Position, segmentsOf(p.After.Position, math.MaxInt64, newest), segmentsOf(0, p.After.Position, newest)
	case p.Order == Oldest:
		return -1, allSegments(newest), nil
	case p.HasAfter:
		return p.After.Position, segmentsOf(0, p.After.Position, newest), segmentsOf(p.After.Position, math.MaxInt64, newest)
	default:
		return math.MaxInt64, allSegments(newest), nil
	}
}

func scanSlicedTransfer(partitions int32) func(pgx.Rows) (slicedRow[TransferRecord], error) {
	return func(rows pgx.Rows) (row slicedRow[TransferRecord], err error) {
		r := &row.record
		err = rows.Scan(&row.userID, &row.previous,
			(*zeronull.Int8)(&r.Position), (*zeronull.Int8)(&r.FromUserID), (*zeronull.Int8)(&r.ToUserID),
			(*zeronull.Int8)(&r.AmountMinor), (*zeronull.Text)(&r.ID), (*zeronull.Int8)(&r.Offset),
			(*zeronull.Timestamptz)(&r.AppendedAt), (*zeronull.Int2)(&r.Status), &r.PayerBalanceMinor,
			&r.PayeeBalanceMinor)
		r.Partition = partitionOf(r.FromUserID, partitions)
		row.empty = r.Status == Pending
		return row, err
	}
}

// DepositPages returns for each user a page of the deposits, newest first.
func (s *PStates) DepositPages(ctx context.Context, page DepositPage, userIDs []int64) (map[int64]Slice[DepositRecord], error) {
	partitions, err := s.loadPartitions(ctx)
	if err != nil {
		return nil, fmt.Errorf("read deposits: %w", unavailableIfBroken(err))
	}
	first, scan := max(page.First, 0), scanSlicedDeposit(partitions)
	positions := HistoryPage{Order: Newest, After: HistoryCursor{Position: page.After}, HasAfter: page.HasAfter}
	var slices map[int64]Slice[DepositRecord]
	_, err = s.walk(ctx, plannedOnce, func(b *pgx.Batch, newest int32) {
		slices = newSlices[DepositRecord](userIDs)
		after, holding, preceding := positions.places(newest)
		b.Queue(depositsNewest, userIDs, first+1, after, holding, preceding).
			Query(func(rows pgx.Rows) error { return collectSlices(rows, slices, scan) })
	})
	if err != nil {
		return nil, fmt.Errorf("read deposits: %w", unavailableIfBroken(err))
	}
	cutSlices(slices, first)
	return slices, nil
}

func scanSlicedDeposit(partitions int32) func(pgx.Rows) (slicedRow[DepositRecord], error) {
	return func(rows pgx.Rows) (row slicedRow[DepositRecord], err error) {
		r := &row.record
		err = rows.Scan(&row.userID, &row.previous,
			(*zeronull.Int8)(&r.Position), (*zeronull.Int8)(&r.AmountMinor), (*zeronull.Text)(&r.ID), (*zeronull.Int8)(&r.Offset),
			(*zeronull.Timestamptz)(&r.AppendedAt), (*zeronull.Int2)(&r.Status), &r.BalanceMinor)
		r.UserID = row.userID
		r.Partition = partitionOf(r.UserID, partitions)
		row.empty = r.Status == Pending
		return row, err
	}
}

// slicedRow is a row of the pages of many users. A user without records on the page has one row, empty.
type slicedRow[T any] struct {
	userID   int64
	previous bool // records precede the page
	record   T
	empty    bool // history holds no Pending records: that status says that there is none
}

func newSlices[T any](userIDs []int64) map[int64]Slice[T] {
	slices := make(map[int64]Slice[T], len(userIDs))
	for _, id := range userIDs {
		slices[id] = Slice[T]{}
	}
	return slices
}

// collectSlices adds rows to the slices of their users.
func collectSlices[T any](rows pgx.Rows, slices map[int64]Slice[T], scan func(pgx.Rows) (slicedRow[T], error)) error {
	for rows.Next() {
		row, err := scan(rows)
		if err != nil {
			return err
		}
		slice := slices[row.userID]
		slice.HasPrevious = slice.HasPrevious || row.previous
		if !row.empty {
			slice.Records = append(slice.Records, row.record)
		}
		slices[row.userID] = slice
	}
	return rows.Err()
}

// mergeSlices adds rows to the slices of their users, and sorts these by id.
func mergeSlices(
	rows pgx.Rows, all map[int64]Slice[TransferRecord], scan func(pgx.Rows) (slicedRow[TransferRecord], error),
) error {
	if err := collectSlices(rows, all, scan); err != nil {
		return err
	}
	for _, slice := range all {
		slices.SortFunc(slice.Records, func(a, b TransferRecord) int {
			return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.FromUserID, b.FromUserID))
		})
	}
	return nil
}

// cutSlices takes what follows off the pages: of each, one record more than first was read where more follow.
func cutSlices[T any](slices map[int64]Slice[T], first int) {
	for userID, slice := range slices {
		if len(slice.Records) <= first {
			continue
		}
		slice.HasNext = true
		slice.Records = slice.Records[:first:first]
		if first == 0 {
			slice.Records = nil
		}
		slices[userID] = slice
	}
}

// OutgoingCounts returns for each user how many transfers, paid by the user, pass the filter.
func (s *PStates) OutgoingCounts(ctx context.Context, filter HistoryFilter, userIDs []int64) (map[int64]int64, error) {
	return s.counts(ctx, countOutgoing, countOutgoingRange, filter, userIDs)
}

// IncomingCounts returns for each user how many transfers that pay the user, refused ones too, pass the filter.
func (s *PStates) IncomingCounts(ctx context.Context, filter HistoryFilter, userIDs []int64) (map[int64]int64, error) {
	return s.counts(ctx, countIncoming, countIncomingRange, filter, userIDs)
}

func (s *PStates) counts(ctx context.Context, all, inRange string, filter HistoryFilter, userIDs []int64) (map[int64]int64, error) {
	from, to, err := filter.bounds()
	if err != nil {
		return nil, err
	}
	var counts map[int64]int64
	_, err = s.walk(ctx, plannedOnce, func(b *pgx.Batch, newest int32) {
		counts = newPairs(userIDs)
		sql, args := inRange, []any{userIDs, from, to, allSegments(newest), shortHistory}
		if !filter.HasIDFrom && !filter.HasIDTo {
			sql, args = all, []any{userIDs, allSegments(newest)}
		}
		b.Queue(sql, args...).Query(func(rows pgx.Rows) error { return collectPairs(rows, counts) })
	})
	if err != nil {
		return nil, fmt.Errorf("count transfers: %w", unavailableIfBroken(err))
	}
	return counts, nil
}
