package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/internal/postgres"
	"github.com/clumpql/clumpql/migrations"
)

const (
	// connectTimeout bounds what a command waits for Postgres before it gives up.
	connectTimeout = 10 * time.Second
	// poolSize is the most connections a process takes, unless the URL says pool_max_conns. pgx's own default,
	// one a core, would leave requests next to nothing beside the ledger's worker on a small machine.
	poolSize = 16
	// pingTimeout is how long a connection that was idle may take to show that it lives, unless the URL says pool_ping_timeout. pgx itself
	// would wait for one that has fallen silent until the caller gives up.
	pingTimeout = time.Second
)

// database is the Postgres that a command works on: the one that DATABASE_URL names, that of a running server,
// or a private one that lives as long as the command.
type database struct {
	pool    *pgxpool.Pool
	private *postgres.Server // nil unless this process started it
	log     *slog.Logger
}

// openDatabase connects to DATABASE_URL, or else starts the private Postgres of the data folder.
func openDatabase(ctx context.Context, c *config, port int, log *slog.Logger) (*database, error) {
	if c.DatabaseURL != "" {
		return connect(ctx, c.DatabaseURL, nil, log)
	}
	private, err := postgres.Start(ctx, postgres.Config{Dir: c.DataDir, Port: port, Logger: log})
	if err != nil {
		return nil, err
	}
	return connect(ctx, private.URL(), private, log)
}

// joinDatabase does the same, but joins the Postgres of a server that runs on the data folder.
func joinDatabase(ctx context.Context, c *config, log *slog.Logger) (*database, error) {
	if c.DatabaseURL != "" {
		return connect(ctx, c.DatabaseURL, nil, log)
	}
	var err error
	for range 3 {
		var url string
		url, err = postgres.Join(ctx, postgres.Config{Dir: c.DataDir, Logger: log})
		if err == nil {
			return connect(ctx, url, nil, log)
		}
		if !errors.Is(err, postgres.ErrNotRunning) {
			return nil, err
		}
		var db *database
		db, err = openDatabase(ctx, c, 0, log)
		if !errors.Is(err, postgres.ErrRunning) {
			return db, err
		}
		// Somebody else has started one in between: join that.
	}
	return nil, err
}

// joinMigrated is joinDatabase for commands that neither make a database nor migrate it.
func joinMigrated(ctx context.Context, c *config, log *slog.Logger) (*database, error) {
	if c.DatabaseURL == "" {
		exists, err := postgres.Exists(c.DataDir)
		if err != nil {
			return nil, err
		}
		if !exists {
			return nil, fmt.Errorf("--data-dir: there is no database in %s", c.DataDir)
		}
	}
	db, err := joinDatabase(ctx, c, log)
	if err != nil {
		return nil, err
	}
	if err := db.checkMigrated(ctx); err != nil {
		db.close()
		return nil, err
	}
	return db, nil
}

// connect makes the pool and sees that Postgres answers. It takes private over: also when it returns an error.
func connect(ctx context.Context, url string, private *postgres.Server, log *slog.Logger) (*database, error) {
	d := &database{private: private, log: log}
	settings, err := pgxpool.ParseConfig(url)
	if err != nil {
		d.close()
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	if !strings.Contains(url, "pool_max_conns") {
		settings.MaxConns = poolSize
	}
	if !strings.Contains(url, "pool_ping_timeout") {
		settings.PingTimeout = pingTimeout
	}
	if settings.ConnConfig.RuntimeParams["application_name"] == "" {
		settings.ConnConfig.RuntimeParams["application_name"] = "clumpql"
	}
	if d.pool, err = pgxpool.NewWithConfig(ctx, settings); err != nil {
		d.close()
		return nil, fmt.Errorf("connect to Postgres: %w", err)
	}
	ping, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := d.pool.Ping(ping); err != nil {
		d.close()
		return nil, fmt.Errorf("connect to Postgres: %w", err)
	}
	return d, nil
}

// close closes the pool, then stops the private Postgres.
func (d *database) close() {
	if d.pool != nil {
		d.pool.Close()
	}
	if d.private != nil {
		if err := d.private.Stop(); err != nil {
			d.log.Error("stop private Postgres", "error", err)
		}
	}
}

// migrate brings the tables up to date.
func (d *database) migrate(ctx context.Context) error {
	return d.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error {
		return migrations.Up(ctx, conn.Conn())
	})
}

// errNotMigrated says that the database has none of our tables.
var errNotMigrated = errors.New("the database has no tables yet: clumpql migrate makes them")

// The table is the one in which migrations.Up notes what it has applied.
const migrationVersionSQL = `SELECT version FROM public.schema_version`

// migrationVersion returns the number of the newest migration that the database has.
func migrationVersion(ctx context.Context, q querier) (int32, error) {
	var version int32
	err := q.QueryRow(ctx, migrationVersionSQL).Scan(&version)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == undefinedTable {
		return 0, errNotMigrated
	}
	return version, err
}

// checkMigrated refuses a database that is not at this program's migration.
func (d *database) checkMigrated(ctx context.Context) error {
	version, err := migrationVersion(ctx, d.pool)
	if err != nil {
		return err
	}
	if needed := migrations.Version(); version != needed {
		return fmt.Errorf("the database is at migration %d, this program is for %d: clumpql migrate", version, needed)
	}
	return nil
}

const undefinedTable = "42P01"

// querier is what a single question needs of a pool.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
