// Package migrations is the schema of the database: numbered SQL files, embedded in the program, applied forward only.
//
//	0001_depot.sql      the ledger: depot, progress and lease, PStates
//	0002_catalogue.sql  users, tracks, playlists
//	0003_chain.sql      the payee's balance in incoming transfers, a hash chain over microbatches
//	0004_segments.sql   keys of histories that grow at one place
//	0005_checks.sql     fewer and cheaper checks of what is appended and decided; 0006 looks at the rows that are there
//	0007_segment.sql    the segment of a history's row is given by who writes it
//	0008_room.sql       pages of funds keep room for new versions of their rows
//	0009_by_id.sql      transfers are listed by record id only where a user has many
//	0010_sample.sql     smaller samples for statistics, and denser pages of funds
//	0011_by_segment.sql what is listed by record id is listed segment by segment
//
//	Up -> advisory lock -> for every file above the stored version: [ its SQL, version = its number ] -> unlock
//	                                                                 `---- one transaction ----'
//
// Where the database has the extension Citus, Up then spreads the tables over the cluster's nodes: distribute.go says which where and why. Tests run on
// such a database where the server they are given has Citus loaded (CONTRIBUTING.md), and all but those of Postgres' own plans and triggers do. A cluster
// takes no file of several statements for tables that it has distributed: before 0005 and 0007 to 0011 the nine tables of the ledger have to be taken
// back by undistribute_table; migrate distributes them again.
//
// # Guarantees
//
//   - Up is idempotent: on a database of the newest version it changes nothing.
//   - Any number of processes may call Up at once: an advisory lock lets one work while the others wait and then find nothing to do.
//   - A file is applied whole or not at all, together with its number.
//   - A file is never edited after it has landed; a change is a new file. There is no way down.
//
// # When things fail
//
// A file that fails leaves the database at the version before it, and Up returns the error with the name of the file.
// A lost connection gives up the lock with it, so a killed process blocks nobody. A database that is newer than the program
// is left alone: Up returns an error.
//
// The numbering, the version table and the lock are those of github.com/jackc/tern. Its templates are on:
// a file must not contain two opening braces in a row.
package migrations
