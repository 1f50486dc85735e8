package catalogue

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
)

// MaxFirst is the most rows a page can ask for.
const MaxFirst = 10_000

// ErrFirst says that a page asks for fewer than 0 or more than MaxFirst rows.
var ErrFirst = errors.New("first is out of range")

// Page says which part of a list is wanted: the First rows after the position After. It is comparable, so that it can be part of a key.
// The position is the row's id, and in a playlist's tracks the entry's position. No row needs to be at After.
type Page struct {
	First    int // 0 to MaxFirst; 0 still tells whether there are any rows
	After    int64
	HasAfter bool // false: from the beginning, whatever After says
}

// after is the position behind which the page starts. Positions are never negative, so the least integer stands before all of them.
func (p Page) after() int64 {
	if p.HasAfter {
		return p.After
	}
	return math.MinInt64
}

func (p Page) check() error {
	if p.First < 0 || p.First > MaxFirst {
		return fmt.Errorf("%w: %d is not between 0 and %d", ErrFirst, p.First, MaxFirst)
	}
	return nil
}

// Slice is the part of a list that a Page asked for. The zero Slice is that of an empty list.
type Slice[T any] struct {
	Items       []*T
	Positions   []int64 // of each item, for cursors; as long as Items
	HasNext     bool    // rows follow the last item (on an empty page: any row after After)
	HasPrevious bool    // rows precede the first item (on an empty page: any row up to After)
}

// About the statements of pages. Under each parent they look for one row up to the position and for first+1 rows after it.
// That a list begins and ends with its parent is written as a comparison of rows,
//
//	(creator_id, id) > (k.id, $2) AND creator_id <= k.id ORDER BY creator_id, id
//
// and not as creator_id = k.id AND id > $2 ORDER BY id, nor as EXISTS: these mean the same, but leave Postgres the choice to walk
// through the primary key, or the table, in the hope of meeting a row of the parent soon. Where the parent has none, it reads
// everything. Written like this, only the index of the list has the order, and the walk starts and ends in it.
//
// Parents and number of rows are written as subqueries, (SELECT $1::bigint[]) and (SELECT $3::bigint), here and in the statements by ids.
// A prepared statement is planned for its arguments anew each time for as long as that looks cheaper than one plan for all: where Postgres
// knows how few parents or rows there are, it always does, and planning took as long as reading. It does not look into a subquery.

// pages runs a statement for the pages of many parents. Its parameters are the parents' ids, the position, the number of rows
// and then more. Its rows are
//
//	parent, has_previous, position, columns of T...
//
// in the order of parent and list, at least one for each parent: where the page is empty, position and columns are null.
// scan gives where to put the columns of T; each target has to take a null, as zeronull's do.
func pages[T any](
	ctx context.Context, s *Store, what, sql string, page Page, parentIDs []int64, scan func(*T) []any, more ...any,
) (map[int64]Slice[T], error) {
	if err := page.check(); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	slices := make(map[int64]Slice[T], len(parentIDs))
	if len(parentIDs) == 0 {
		return slices, nil
	}
	// One row more than wanted tells whether there is a next page.
	args := append([]any{array(parentIDs), page.after(), page.First + 1}, more...)
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	var (
		row   pageRow[T]
		items slab[T]
	)
	_, err = pgx.ForEachRow(rows, append([]any{&row.parentID, &row.hasPrevious, &row.position}, scan(&row.item)...), func() error {
		slices[row.parentID] = row.addTo(slices[row.parentID], page.First, &items)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return slices, nil
}

// pageRow is a row of a pages statement.
type pageRow[T any] struct {
	parentID    int64
	hasPrevious bool
	position    pgtype.Int8
	item        T
}

// addTo returns the parent's slice with the row in it.
func (r *pageRow[T]) addTo(s Slice[T], first int, items *slab[T]) Slice[T] {
	s.HasPrevious = r.hasPrevious
	switch {
	case !r.position.Valid:
	case len(s.Items) == first:
		s.HasNext = true
	default:
		item := items.next()
		*item = r.item
		s.Items = append(s.Items, item)
		s.Positions = append(s.Positions, r.position.Int64)
	}
	return s
}

// nullInt8, nullText and nullInt let pgx scan null as the zero value, for the row of an empty page, whose columns nobody reads.
func nullInt8(p *int64) any  { return (*zeronull.Int8)(p) }
func nullText(p *string) any { return (*zeronull.Text)(p) }

type nullInt int

// ScanInt64 implements pgtype.Int64Scanner.
func (n *nullInt) ScanInt64(v pgtype.Int8) error {
	*n = nullInt(v.Int64)
	return nil
}
