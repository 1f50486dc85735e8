package catalogue

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// User is somebody who makes tracks and playlists, listens, pays and is paid.
type User struct {
	ID   int64
	Name string
}

const usersSQL = `SELECT id, name FROM users WHERE id = ANY ($1)`

// Users reads the users with these ids. Ids without a user are missing from the map.
func (s *Store) Users(ctx context.Context, ids []int64) (map[int64]*User, error) {
	return byID(ctx, s, "users", usersSQL, ids, func(row pgx.CollectableRow) (int64, *User, error) {
		var u User
		err := row.Scan(&u.ID, &u.Name)
		return u.ID, &u, err
	})
}
