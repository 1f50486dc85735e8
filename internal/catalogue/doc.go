// Package catalogue reads the catalogue (users, tracks, playlists, activities) from Postgres, many keys in one statement.
//
//	graph's sources --keys--> Store --one statement--> users, tracks, playlists, playlist_tracks, activities
//	                <-a map by key-
//
// Guarantees:
//   - Every call is one statement, whatever the number of keys: `= ANY($1)` for rows by id, and for pages under many
//     parents a LATERAL join that takes first+1 rows of an index for each parent (for a timeline: of each of its actors).
//     The cost of a page does not depend on how deep into the list it starts.
//   - HasNext and HasPrevious are exact, also on an empty page and after a cursor whose row is gone.
//   - A page and its count follow the same rule of what belongs to the list: a playlist's entry whose track is missing is in neither.
//   - A key that does not exist is missing from the map of a read by id; a parent without children has an empty Slice and
//     the count 0. Keys may repeat.
//
// Each statement sees one snapshot; two statements of one request may see an import land between them.
// Nothing is retried or cached here: that is the loader's part. A failing statement fails the whole call, wrapped with what was read;
// pgx's error stays inside for errors.As. Writing is internal/importer's part alone.
package catalogue
