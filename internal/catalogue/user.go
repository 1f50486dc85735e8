package catalogue

import (
	"context"
)

// User is somebody who makes tracks and playlists, listens, pays and is paid.
type User struct {
	ID   int64
	Name string
}

const usersSQL = `SELECT id, name FROM users WHERE id = ANY ((SELECT $1::bigint[])::bigint[])`

// Users reads the users with these ids. Ids without a user are missing from the map.
func (s *Store) Users(ctx context.Context, ids []int64) (map[int64]*User, error) {
	return byID(ctx, s, "users", usersSQL, ids, readUser, func(u *User) int64 { return u.ID })
}

// readUser takes the columns id, name.
func readUser(c *columns, u *User) { u.ID, u.Name = c.integer(), c.text() }
