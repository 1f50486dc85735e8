package catalogue

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store reads the catalogue. It holds no state but the pool and is safe for concurrent use.
type Store struct {
	pool *pgxpool.Pool
}

// NewStore returns a Store that reads through pool. The pool stays the caller's to close.
func NewStore(pool *pgxpool.Pool) *Store {
	return &Store{pool: pool}
}

const emptySQL = `
SELECT NOT EXISTS (SELECT FROM users)
   AND NOT EXISTS (SELECT FROM tracks)
   AND NOT EXISTS (SELECT FROM playlists)
   AND NOT EXISTS (SELECT FROM playlist_tracks)
   AND NOT EXISTS (SELECT FROM activities)`

// Empty says whether no table of the catalogue holds a row: then demo data can do no harm.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	var empty bool
	if err := s.pool.QueryRow(ctx, emptySQL).Scan(&empty); err != nil {
		return false, fmt.Errorf("read whether the catalogue is empty: %w", err)
	}
	return empty, nil
}

// byID runs a statement that takes ids and collects its rows into a map. what names the rows in an error, scan gives where to put
// the columns of T, and id what the row is found under.
func byID[T any](
	ctx context.Context, s *Store, what, sql string, ids []int64, scan func(*T) []any, id func(*T) int64,
) (map[int64]*T, error) {
	found := make(map[int64]*T, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := s.pool.Query(ctx, sql, array(ids))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	var (
		row   T
		items slab[T]
	)
	_, err = pgx.ForEachRow(rows, scan(&row), func() error {
		item := items.next()
		*item = row
		found[id(item)] = item
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return found, nil
}

// slab gives out Ts from slices of many.
type slab[T any] struct{ free []T }

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.free = make([]T, 64)
	}
	item := &s.free[0]
	s.free = s.free[1:]
	return item
}

// array is ids as Postgres writes an array: pgx would make an allocation of each element.
func array(ids []int64) string {
	buf := make([]byte, 0, 2+8*len(ids))
	buf = append(buf, '{')
	for i, id := range ids {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = strconv.AppendInt(buf, id, 10)
	}
	return string(append(buf, '}'))
}

// counts runs a statement that takes parents' ids and yields (parent, count) for those that have children;
// the others count 0.
func (s *Store) counts(ctx context.Context, what, sql string, parentIDs []int64) (map[int64]int64, error) {
	counts := make(map[int64]int64, len(parentIDs))
	if len(parentIDs) == 0 {
		return counts, nil
	}
	for _, id := range parentIDs {
		counts[id] = 0
	}
	rows, err := s.pool.Query(ctx, sql, array(parentIDs))
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", what, err)
	}
	var parentID, n int64
	_, err = pgx.ForEachRow(rows, []any{&parentID, &n}, func() error {
		counts[parentID] = n
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", what, err)
	}
	return counts, nil
}
