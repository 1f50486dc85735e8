// Package importer brings a catalogue and its ledger from a folder of CSV files into the database: `clumpql import DIR`.
//
//	DIR/users.csv ... activities.csv --COPY--> temp table --INSERT ... ON CONFLICT--> users ... activities
//	DIR/ledger.csv                   --COPY--> temp table --in chunks, in order-----> ledger.Depot
//	`-------------------------------- one transaction ---------------------------------------------------'
//
// # The files
//
// UTF-8, with or without a byte order mark; CSV by RFC 4180; a header line that names the columns, in any order, all of them
// and no others. Each file is optional, but one has to be there.
//
//	users.csv            id, name
//	tracks.csv           id, title, creator_id, duration_ms, genre, price_minor         genre may be empty
//	playlists.csv        id, title, creator_id
//	playlist_tracks.csv  playlist_id, position, track_id
//	activities.csv       id, kind, actor_id, track_id, playlist_id, followee_id, body, occurred_at
//	ledger.csv           kind, id, from_user_id, to_user_id, amount_minor, occurred_at
//
// No row needs the rows that it names: not a track's creator, not a playlist's tracks, not an activity's actor. The files come
// from several systems, each may be imported alone and in any order, and reads leave out what is missing. A ledger record may
// pay a user who is in no users.csv.
//
// The time of a ledger line is checked and not kept: the depot's own time says when the depot took the record. The order of
// the lines is the order in the depot.
//
// # Guarantees
//
//   - All or nothing: whatever stops an import, a bad line, a lost connection or the context's end, nothing of it stays, in the
//     catalogue or in the depot. Readers see all of it at once.
//   - Idempotent: rows are replaced by key where they differ, records the depot holds already are not appended again. A second
//     import of the same files changes nothing, and its Summary says so. Rows that the files do not name are left as they are.
//   - A key that occurs twice in a file is an error, also with the same content: two systems disagree, or an amount would count once.
//   - An *Error names file, line and column of the field that is wrong. Bad fields come first in the order of the lines, each file
//     in the order above; keys that occur twice are found when the whole file has been read.
//   - Memory is bounded, whatever the size of the files: rows stream into temp tables, and a record is at most 1 MiB.
//   - Imports of several processes come one after the other.
//
// # What to expect
//
// The ledger is the last file, because from its first record on the depot's head is locked: a running server's deposits and
// transfers wait until the import has committed. Records are decided by the worker, after the commit.
package importer
