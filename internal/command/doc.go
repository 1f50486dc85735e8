// Package command is clumpql's command line: it reads the configuration, connects the other packages and runs them.
//
//	Run -> parse (flags, environment) -> one command
//
//	serve    listener, database, migrations, depot -> service -> until a signal, or until a part fails
//	migrate  database, migrations
//	import   database, migrations, importer, worker until all is decided
//	seed     the same with made-up data
//	verify   database, ledger.Verify
//	rebuild  database, ledger.Rebuild
//
// Where the database is:
//
//	DATABASE_URL            that one
//	none, serve             a private Postgres of its own in --data-dir, which ends with the server
//	none, other commands    that of the server that runs on --data-dir; if none does, a private one for as long as the command,
//	                        which verify and rebuild start on data that is there and never make
//
// What a server runs:
//
//	connections -> http.Server -> identify, recoverPanics, readBody -> /graphql  -> depot -.
//	                                                                  /readyz, /healthz, /  |
//	ledger.Worker <------------------------------------------------------------------------'
//	watch on the private Postgres
//
// # Guarantees
//
//   - Exit code 0 when the command did what it was asked for; a server that ends on SIGINT or SIGTERM did. Else 1, after one
//     line on standard error that says what is wrong. Standard output holds results alone, standard error the log and bars.
//   - A server stops in this order: no new connections; subscriptions, at once, so that their clients connect elsewhere; the other
//     requests under way, which get --drain-timeout; the worker, on
//     whose decisions they wait; the depot; the pool; the private Postgres. A second signal ends it at once.
//   - When one part of a server fails, all stop and the process ends: what restarts it sees a clean start. Nothing acknowledged
//     depends on an orderly end; the depot and the PStates are as safe after kill -9.
//   - No bars and no escape sequences but on a terminal.
package command
