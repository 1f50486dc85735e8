package main

import (
	"bytes"
	"context"
	_ "embed" // the SQL
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed tables.sql
var tablesSQL string

//go:embed transfer.sql
var transferSQL string

// debianFolders are where Debian keeps Postgres' programs, out of PATH.
const debianFolders = "/usr/lib/postgresql/*/bin"

// findPgbench prefers the one of the running Postgres, whose programs are in the folder.
func findPgbench(folder string) (string, error) {
	candidates := []string{filepath.Join(folder, "pgbench")}
	if found, err := exec.LookPath("pgbench"); err == nil {
		candidates = append(candidates, found)
	}
	installed, _ := filepath.Glob(filepath.Join(debianFolders, "pgbench")) // the pattern is a good one
	for _, path := range append(candidates, installed...) {
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", errors.New("there is no pgbench beside Postgres' programs, in PATH or in " + debianFolders +
		": install it (apt-get install postgresql on Debian, postgresql-contrib elsewhere)")
}

// pgbench is the rival: Postgres' own load generator with a transaction for each transfer.
type pgbench struct {
	program  string
	database string
	folder   string // for script and logs
	accounts int64

	runs     atomic.Int64 // so that ids of one differ from those of another
	childCPU atomic.Int64 // nanoseconds, of the runs that have ended
}

const openAccountsSQL = `INSERT INTO accounts (id, balance) SELECT n, $2 FROM generate_series(1, $1::bigint) n`

// newPgbench makes tables in the database and the script in the folder.
func newPgbench(ctx context.Context, program, database, folder string, accounts int64) (*pgbench, error) {
	conn, err := pgx.Connect(ctx, database)
	if err != nil {
		return nil, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, tablesSQL); err != nil {
		return nil, fmt.Errorf("pgbench's tables: %w", err)
	}
	if _, err := conn.Exec(ctx, openAccountsSQL, accounts, int64(openingMinor)); err != nil {
		return nil, fmt.Errorf("pgbench's accounts: %w", err)
	}
	p := &pgbench{program: program, database: database, folder: folder, accounts: accounts}
	return p, os.WriteFile(p.script(), []byte(transferSQL), 0o600)
}

func (p *pgbench) script() string { return filepath.Join(p.folder, "transfer.sql") }

const readAccountsSQL = `SELECT count(*), sum(balance)::bigint, (SELECT count(*) FROM transfers) FROM accounts`

// check demands that no money came or went and that all transfers are there.
func (p *pgbench) check(ctx context.Context, records int64) error {
	conn, err := pgx.Connect(ctx, p.database)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var accounts, minor, made int64
	if err := conn.QueryRow(ctx, readAccountsSQL).Scan(&accounts, &minor, &made); err != nil {
		return err
	}
	if accounts != p.accounts || minor != p.accounts*openingMinor || made != records {
		return fmt.Errorf("pgbench's %d accounts hold %d after %d transfers, want %d, %d, %d",
			accounts, minor, made, p.accounts, p.accounts*openingMinor, records)
	}
	return nil
}

// pgbenchClients is pgbench with some clients.
type pgbenchClients struct {
	*pgbench
	pattern pattern
	clients int
}

// run implements contender. pgbench takes whole seconds.
func (p pgbenchClients) run(ctx context.Context, duration time.Duration) (work, error) {
	logs, err := os.MkdirTemp(p.folder, "log-")
	if err != nil {
		return work{}, err
	}
	defer func() { _ = os.RemoveAll(logs) }() // the folder around it goes too
	ctx, cancel := context.WithTimeout(ctx, duration+patience)
	defer cancel()
	address, password, err := withoutPassword(p.database)
	if err != nil {
		return work{}, err
	}
	seconds := int64((duration + time.Second - 1) / time.Second)
	args := []string{
		"--no-vacuum", "--protocol=prepared", "--file=" + p.script(), "--log", "--log-prefix=" + filepath.Join(logs, "log"),
		fmt.Sprintf("--client=%d", p.clients), fmt.Sprintf("--jobs=%d", min(p.clients, runtime.NumCPU())), fmt.Sprintf("--time=%d", seconds),
	}
	r := p.pattern.ranges(p.accounts)
	for name, value := range map[string]int64{
		"n": 0, "run": p.runs.Add(1), "accounts": p.accounts, "amount_last": mostMinor,
		"payer_first": r.payerFirst, "payer_last": r.payerLast, "payee_first": r.payeeFirst, "payee_last": r.payeeLast,
	} {
		args = append(args, "--define="+name+"="+strconv.FormatInt(value, 10))
	}
	command := exec.CommandContext(ctx, p.program, append(args, address)...)
	command.Env = append(os.Environ(), "PGPASSWORD="+password)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return work{}, fmt.Errorf("pgbench: %w: %s", err, &output)
	}
	p.childCPU.Add(int64(command.ProcessState.UserTime() + command.ProcessState.SystemTime()))
	return readLogs(logs)
}

// cpu implements contender.
func (p pgbenchClients) cpu(context.Context) (time.Duration, error) {
	return time.Duration(p.childCPU.Load()), nil
}

// withoutPassword takes the password out of a URL: arguments can be seen by everybody.
func withoutPassword(database string) (address, password string, err error) {
	u, err := url.Parse(database)
	if err != nil {
		return "", "", err
	}
	if u.User != nil {
		password, _ = u.User.Password()
		u.User = url.User(u.User.Username())
	}
	return u.String(), password, nil
}
