package catalogue

import (
	"context"
	"fmt"
	"strconv"

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

// byID runs a statement that takes ids and collects its rows into a map. what names the rows in an error, read reads the columns of T,
// and id is what the row is found under.
func byID[T any](
	ctx context.Context, s *Store, what, sql string, ids []int64, read func(*columns, *T), id func(*T) int64,
) (map[int64]*T, error) {
	found := make(map[int64]*T, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := s.pool.Query(ctx, sql, array(ids))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	items := slab[T]{size: len(ids)}
	err = eachRow(rows, len(ids), func(c *columns) {
		item := items.next()
		read(c, item)
		found[id(item)] = item
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return found, nil
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
	err = eachRow(rows, len(parentIDs), func(c *columns) {
		parentID := c.integer()
		counts[parentID] = c.integer()
	})
	if err != nil {
		return nil, fmt.Errorf("count %s: %w", what, err)
	}
	return counts, nil
}
