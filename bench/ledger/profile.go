package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5"
)

// profiled is how long CPU profiles are taken; the load on a server goes on for a little longer, so that it covers all of it.
const (
	profiled    = 3 * time.Second
	profileLoad = profiled + time.Second
)

// statementsLibrary counts statements, which costs some time: it is loaded only where they are asked for.
const statementsLibrary = "pg_stat_statements"

// writeProfiles runs each contender once more, and writes what took time into files named by it: a CPU profile of clumpql, and what
// Postgres has counted of statements.
func writeProfiles(ctx context.Context, all []entrant, conn *pgx.Conn, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS "+statementsLibrary); err != nil {
		return fmt.Errorf("count statements: %w", err)
	}
	for _, e := range all {
		if _, err := conn.Exec(ctx, "SELECT "+statementsLibrary+"_reset()"); err != nil {
			return fmt.Errorf("count statements: %w", err)
		}
		file := filepath.Join(folder, e.name)
		if err := profileCPU(ctx, e, file+".cpu.pprof"); err != nil {
			return fmt.Errorf("profile %s: %w", e.name, err)
		}
		if err := writeStatements(ctx, conn, file+".statements.txt"); err != nil {
			return err
		}
	}
	return nil
}

func profileCPU(ctx context.Context, e entrant, file string) (err error) {
	switch c := e.contender.(type) {
	case appenders:
		out, err := os.Create(file)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(out); err != nil {
			return errors.Join(err, out.Close())
		}
		_, err = c.run(ctx, profiled)
		pprof.StopCPUProfile()
		return errors.Join(err, out.Close())
	case mutations:
		loaded := make(chan error, 1)
		go func() {
			_, err := c.run(ctx, profileLoad)
			loaded <- err
		}()
		err = c.server.ProfileCPU(ctx, profiled, file)
		return errors.Join(err, <-loaded)
	}
	_, err = e.run(ctx, profiled) // of pgbench only the statements are of interest
	return err
}

const readStatementsSQL = `
SELECT calls, total_exec_time::float8, total_plan_time::float8, rows, shared_blks_hit + shared_blks_read, wal_bytes::bigint, query
FROM pg_stat_statements
WHERE query !~ 'pg_stat_statements'
ORDER BY total_exec_time + total_plan_time DESC
LIMIT 30`

// writeStatements writes a line for each statement, the one that took longest in all first.
func writeStatements(ctx context.Context, conn *pgx.Conn, path string) error {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "calls\tms\tplanning ms\trows\tblocks\tWAL bytes\t statement")
	var (
		calls, rows, blocks, walBytes int64
		executing, planning           float64
		query                         string
	)
	found, _ := conn.Query(ctx, readStatementsSQL)
	_, err := pgx.ForEachRow(found, []any{&calls, &executing, &planning, &rows, &blocks, &walBytes, &query}, func() error {
		fmt.Fprintf(table, "%d\t%.0f\t%.0f\t%d\t%d\t%d\t %.100s\n", calls, executing, planning, rows, blocks, walBytes,
			strings.Join(strings.Fields(query), " "))
		return nil
	})
	if err != nil {
		return fmt.Errorf("read statements: %w", err)
	}
	_ = table.Flush() // to memory
	return os.WriteFile(path, []byte(text.String()), 0o644)
}
