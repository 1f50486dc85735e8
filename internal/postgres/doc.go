// Package postgres runs a private Postgres for a server that was given no other: zero set-up, and yet a real database with
// its durability on.
//
//	server, err := postgres.Start(ctx, postgres.Config{Dir: ".clumpql"})
//	defer server.Stop()
//	pool, err := pgxpool.New(ctx, server.URL())
//
// What flows where:
//
//	server ---- child, own session ----> postgres <---- Unix socket ---- server, commands that joined
//	   |                                     ^
//	   '-- pipe --> watcher (a shell) -------'  stops it when the server is gone
//
//	Dir/lock       held by the server (flock)      Dir/data/    the cluster
//	Dir/data.lock  held by every process of        Dir/run/     the socket, in a folder that only its user can enter
//	               Postgres                        Dir/url      where commands find it
//
// Guarantees:
//   - Nothing outlives the server, also after kill -9 of the server or its process group. Ctrl-C reaches the server alone.
//   - No file has to be cleaned up by anybody. Locks are the kernel's and are never stale; stale files of Postgres are
//     recognised while its lock is held.
//   - One server a folder: a second one gets ErrRunning. Commands of the same user get its address by Join.
//   - A data folder is whole or not there, is initialised once, and is never deleted. One of another major version gets the
//     programs of that version if they are installed, and a *VersionError if not.
//   - fsync, synchronous_commit and full_page_writes are on, whatever the folder's configuration says.
//   - Postgres is never root. As root it runs as the owner of the data, or else as postgres or nobody. Where that user
//     cannot go, as under /root, the data is in /var/lib/clumpql, and the file home in Dir tells where.
//
// When things fail: a start that fails has stopped what it began, and its error ends with the last lines of
// Dir/postgres.log. A Postgres that is still shutting down after the death of its server is waited for, and one that
// nobody stops is told to. Postgres ending by itself closes Done; Err then says why. The next Start recovers from its
// write-ahead log.
//
// Programs are looked for in PATH, then in the folders of the usual packages, then in Dir, where command fetch (make
// postgres) puts what it downloads. Systems without flock and /bin/sh, such as Windows, are not supported.
//
// fergusstrange/embedded-postgres is the usual library for this. It differs in what made this package necessary: it
// deletes a data folder of a version that it does not expect, starts Postgres by pg_ctl, so that an orphan stays when its
// process is killed, and uses a fixed port.
package postgres
