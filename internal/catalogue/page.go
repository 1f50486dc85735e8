package catalogue

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
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
//
// Nothing precedes a page without a cursor, as no position is negative. (SELECT $2::bigint) >= 0 is the same for all parents: Postgres
// finds it out once, and does not look for a row before the page under each. has_previous is null where there is none, which is cheaper to
// send than false.
//
// Their rows are not sorted once more, by parent and list: LATERAL is run for one parent after the other, which takes a sixth less time than
// with a sort. SQL does not promise that order; so binder looks at it, and sorts what comes otherwise.

// list is what is read of the rows of a statement for pages.
type list[T any] struct {
	read  func(*columns, *T) // the columns of T
	order func(a, b *T) int  // of the list; nil: by position
}

// pages runs a statement for the pages of many parents. Its parameters are the parents' ids, the position, the number of rows
// and then more. Its rows are
//
//	parent, has_previous, position, columns of T...
//
// at least one for each parent: where the page is empty, position and columns are null. has_previous is true or null.
func pages[T any](
	ctx context.Context, s *Store, what, sql string, page Page, parentIDs []int64, l list[T], more ...any,
) (map[int64]Slice[T], error) {
	if err := page.check(); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	if len(parentIDs) == 0 {
		return map[int64]Slice[T]{}, nil
	}
	parentIDs = slices.Clone(parentIDs)
	slices.Sort(parentIDs)
	parentIDs = slices.Compact(parentIDs) // each has its page once
	// One row more than wanted tells whether there is a next page.
	args := append([]any{array(parentIDs), page.after(), page.First + 1}, more...)
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	const usualRows = 256 // at most: how many there are, nobody knows
	n := min(len(parentIDs)*(page.First+1), usualRows)
	b := newBinder(l, len(parentIDs), n)
	if err := eachRow(rows, n, b.add); err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return b.bind(page.First), nil
}
