package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/postgres"
)

// initdbSettings take back what a private Postgres sets otherwise than initdb does. Where profiles are asked for, statements are counted.
func initdbSettings(profiles bool) map[string]string {
	settings := map[string]string{"shared_buffers": "128MB", "shared_preload_libraries": ""}
	if profiles {
		settings["shared_preload_libraries"] = statementsLibrary
		settings[statementsLibrary+".track_planning"] = "on"
	}
	return settings
}

// rivals' and clumpql's databases are in one cluster: one of its own, or one that is there.
type postgresServer struct {
	superuser *url.URL
	programs  string // folder of its programs; empty: not known
	stop      func() error
}

// startPostgres starts a Postgres as initdb makes it, with its data in a new folder; or it takes the one that the plan names.
func startPostgres(ctx context.Context, p plan) (*postgresServer, error) {
	if p.postgres != "" {
		superuser, err := url.Parse(p.postgres)
		if err != nil || superuser.Scheme == "" {
			return nil, fmt.Errorf("-postgres is no URL") // err would tell a password
		}
		return &postgresServer{superuser: superuser, stop: func() error { return nil }}, nil
	}
	folder, err := os.MkdirTemp(p.dir, "clumpql-bench-")
	if err != nil {
		return nil, err
	}
	server, err := postgres.Start(ctx, postgres.Config{
		Dir: folder, Binaries: binariesFolder, Settings: initdbSettings(p.profiles != ""), Temporary: true,
	})
	if err != nil {
		return nil, err
	}
	superuser, err := url.Parse(server.URL())
	if err != nil {
		return nil, err
	}
	return &postgresServer{superuser: superuser, programs: server.Programs(), stop: server.Stop}, nil
}

// binariesFolder is where `make postgres` puts programs when none are installed, from the folder of this module.
const binariesFolder = "../.clumpql"

// settingsSQL asks for those on which durability and speed depend.
const settingsSQL = `
SELECT name || ' ' || current_setting(name) FROM pg_settings
WHERE name = ANY('{fsync,synchronous_commit,full_page_writes,wal_sync_method,data_checksums,wal_level,wal_compression,commit_delay,shared_buffers,
wal_buffers,max_wal_size,checkpoint_timeout,autovacuum,shared_preload_libraries,max_connections,jit}') ORDER BY name`

// readSettings returns Postgres' version and the settings that matter.
func readSettings(ctx context.Context, database string) (version, settings string, err error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return "", "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, _ := conn.Query(ctx, settingsSQL)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return "", "", err
	}
	return conn.PgConn().ParameterStatus("server_version"), strings.Join(all, ", "), nil
}
