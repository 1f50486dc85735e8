package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/bench/process"
)

// usage is what was used so far.
type usage struct {
	walBytes     int64         // of the whole cluster
	transactions int64         // of the whole cluster, that wrote
	postgres     time.Duration // CPU of all processes of the cluster
	contender    time.Duration // CPU
	client       time.Duration // CPU of this process
}

func (u usage) sub(before usage) usage {
	return usage{
		u.walBytes - before.walBytes, u.transactions - before.transactions,
		u.postgres - before.postgres, u.contender - before.contender, u.client - before.client,
	}
}

// meter reads usage. Postgres' own counters of transactions and WAL are up to a second late; ids of transactions, of which each that
// writes takes one, and places in the WAL are exact.
type meter struct {
	conn       *pgx.Conn
	postmaster int // process id; 0: Postgres runs elsewhere, or this system has no /proc
}

func newMeter(ctx context.Context, database string) (*meter, error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return nil, err
	}
	m := &meter{conn: conn}
	if stat, err := readStat(strconv.FormatUint(uint64(conn.PgConn().PID()), 10)); err == nil && stat.name == "postgres" {
		m.postmaster = stat.parent
	}
	return m, nil
}

func (m *meter) close(ctx context.Context) { _ = m.conn.Close(context.WithoutCancel(ctx)) }

const readUsageSQL = `SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint`

func (m *meter) read(ctx context.Context, c contender) (u usage, err error) {
	if u.contender, err = c.cpu(ctx); err != nil {
		return u, err
	}
	if u.postgres, err = m.postgresCPU(); err != nil {
		return u, err
	}
	own, err := process.ReadFigures()
	if err != nil {
		return u, err
	}
	u.client = own.CPU
	if err := m.conn.QueryRow(ctx, readUsageSQL).Scan(&u.walBytes, &u.transactions); err != nil {
		return u, fmt.Errorf("read usage: %w", err)
	}
	return u, nil
}

// postgresCPU adds the postmaster, its processes, and those that have ended.
func (m *meter) postgresCPU() (sum time.Duration, err error) {
	if m.postmaster == 0 {
		return 0, nil
	}
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, folder := range folders {
		stat, err := readStat(filepath.Base(folder))
		switch {
		case err != nil: // it has ended meanwhile
		case stat.pid == m.postmaster:
			sum += stat.own + stat.ended
		case stat.parent == m.postmaster:
			sum += stat.own
		}
	}
	return sum, nil
}

// processStat is what Linux tells of a process.
type processStat struct {
	pid, parent int
	name        string
	own, ended  time.Duration // CPU of the process, and of its children that have ended
}

// clockTick is Linux' unit of CPU time, for programs, on all machines that Go runs on.
const clockTick = 10 * time.Millisecond

func readStat(pid string) (s processStat, err error) {
	content, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return s, err
	}
	return parseStat(content)
}

// parseStat reads a line such as "17 (postgres) S 1 ...". A name may have parentheses and spaces in it.
func parseStat(content []byte) (s processStat, err error) {
	open, end := bytes.IndexByte(content, '('), bytes.LastIndexByte(content, ')')
	if open < 0 || end < open {
		return s, fmt.Errorf("stat of a process: %q", content)
	}
	s.name = string(content[open+1 : end])
	if s.pid, err = strconv.Atoi(string(bytes.TrimSpace(content[:open]))); err != nil {
		return s, err
	}
	fields := bytes.Fields(content[end+1:]) // from the third on
	const state, parent, user, system, endedUser, endedSystem = 3, 4, 14, 15, 16, 17
	var values [endedSystem + 1]int64
	for _, i := range []int{parent, user, system, endedUser, endedSystem} {
		if i-state >= len(fields) {
			return s, fmt.Errorf("stat of a process: %q", content)
		}
		if values[i], err = strconv.ParseInt(string(fields[i-state]), 10, 64); err != nil {
			return s, err
		}
	}
	s.parent = int(values[parent])
	s.own = time.Duration(values[user]+values[system]) * clockTick
	s.ended = time.Duration(values[endedUser]+values[endedSystem]) * clockTick
	return s, nil
}
