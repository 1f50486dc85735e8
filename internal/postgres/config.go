package postgres

import (
	"log/slog"
)

// Config says where a private Postgres lives and how it is reached.
type Config struct {
	// Dir is the folder of everything that is kept, usually .clumpql. It is made when it is not there.
	Dir string

	// Port makes Postgres listen on 127.0.0.1 too, for other programs, with a password that a file of mode 0600 in Dir
	// holds (loopback.url). 0: on a Unix socket only.
	Port int

	// Logger is told of starts, stops and recoveries. Postgres's own log is Dir/postgres.log. Nil: nobody is told.
	Logger *slog.Logger

	// Binaries is another Dir, whose fetched binaries are used too. Empty: none.
	Binaries string

	// Settings are put over the settings that this package chooses, by the names of postgresql.conf. Nil: none.
	Settings map[string]string

	// Temporary is for tests: Dir is removed when Postgres has stopped, also after the death of this process. Its parent
	// must be a folder in which Postgres' user may remove it, such as the system's temporary one.
	Temporary bool
}

func (c Config) logger() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}
