package importer

// Bounds of texts, in bytes: those of the tables' checks.
const (
	maxNameBytes  = 1000 // of users, and the titles of tracks and playlists
	maxGenreBytes = 200
	maxBodyBytes  = 10_000
)

const stageUsersSQL = `
CREATE TEMP TABLE import_users (record bigint NOT NULL, id bigint NOT NULL, name text NOT NULL) ON COMMIT DROP`

const duplicateUserSQL = `
SELECT record, earlier
FROM (SELECT record, lag(record) OVER (PARTITION BY id ORDER BY record) AS earlier FROM import_users) d
WHERE earlier IS NOT NULL
ORDER BY record
LIMIT 1`

const knownUsersSQL = `SELECT count(*) FROM import_users s JOIN users u ON u.id = s.id`

const mergeUsersSQL = `
INSERT INTO users (id, name)
SELECT id, name
FROM import_users s
WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = s.id AND u.name = s.name)
ORDER BY id
ON CONFLICT (id) DO UPDATE SET name = excluded.name`

var users = table{
	file:    "users.csv",
	columns: []string{"id", "name"},
	key:     "id",
	stage:   "import_users",
	staged:  []string{"id", "name"},
	values: func(r *recordReader) []any {
		return []any{r.id("id"), r.string("name", maxNameBytes)}
	},
	stageSQL:     stageUsersSQL,
	duplicateSQL: duplicateUserSQL,
	knownSQL:     knownUsersSQL,
	mergeSQL:     mergeUsersSQL,
}
