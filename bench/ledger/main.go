package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/clumpql/clumpql/bench/process"
)

// serverName is what the server's process is called.
const serverName = "clumpql"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "ledger:", err)
		os.Exit(1)
	}
}

func run() error {
	if _, asked := process.Asked(); asked {
		return process.Serve(process.Clumpql)
	}
	if args, asked := process.CommandAsked(); asked {
		os.Exit(process.RunCommand(args))
	}
	p, err := flags()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	bounded, cancel := context.WithTimeoutCause(ctx, p.limit, fmt.Errorf("not ready after %s (-limit)", p.limit))
	defer cancel()
	err = measureOnPostgres(bounded, p)
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted") // what that has led to is of no interest
	case bounded.Err() != nil:
		return context.Cause(bounded)
	}
	return err
}

// plan says what is measured.
type plan struct {
	rounds     int
	duration   time.Duration // of a round
	limit      time.Duration // of all
	accounts   int64
	large      bool
	size       size
	reads      int      // of the large ledger, of each kind
	contenders []string // empty: all
	postgres   string   // URL of a superuser; empty: a Postgres of its own
	dir        string
	profiles   string // folder; empty: none are taken

	out, progress io.Writer // for the report, and for how far it is
}

func flags() (p plan, err error) {
	p.out, p.progress = os.Stdout, os.Stderr
	flag.IntVar(&p.rounds, "rounds", 3, "rounds of each contender")
	flag.DurationVar(&p.duration, "duration", 3*time.Second, "duration of a round, in whole seconds")
	flag.DurationVar(&p.limit, "limit", time.Hour, "duration of all; what is not ready then is an error")
	flag.Int64Var(&p.accounts, "accounts", 10_000, "accounts of each ledger")
	flag.BoolVar(&p.large, "large", false, "fill a large ledger and measure it beside an empty one, instead of contenders")
	flag.Int64Var(&p.size.accounts, "large-accounts", 1_000_000, "accounts of the large ledger")
	flag.Int64Var(&p.size.records, "large-records", 10_000_000, "records of the large ledger, a deposit into each account included")
	flag.IntVar(&p.reads, "reads", 2_000, "reads of the large ledger, of each kind")
	contenders := flag.String("contenders", "", "contenders to measure, separated by commas; all unless told")
	flag.StringVar(&p.postgres, "postgres", "", "URL of a superuser of a cluster to measure on; a new one, as initdb makes it, unless told")
	// /tmp is memory on many systems: nothing there is ever synced to a disk.
	flag.StringVar(&p.dir, "dir", "/var/tmp", "folder for the new cluster, on the disk to measure")
	flag.StringVar(&p.profiles, "profiles", "", "folder to write CPU profiles of clumpql and counts of statements to; counting slows Postgres down a little")
	flag.Parse()
	if p.rounds < 1 || p.duration < time.Second || p.duration%time.Second != 0 || p.accounts < 2 || flag.NArg() > 0 {
		return p, errors.New("rounds must be positive, a duration of whole seconds, accounts two at least, and there are no arguments")
	}
	if p.size.accounts < 2 || p.size.records < p.size.accounts || p.reads < 1 {
		return p, errors.New("large-accounts must be two at least, large-records not fewer, and reads positive")
	}
	if *contenders != "" {
		p.contenders = strings.Split(*contenders, ",")
	}
	return p, nil
}

// measureOnPostgres starts Postgres and measures on it what is asked for.
func measureOnPostgres(ctx context.Context, p plan) (err error) {
	server, err := startPostgres(ctx, p)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.stop()) }()
	if err := writeHead(ctx, p.out, server.superuser.String()); err != nil {
		return err
	}
	m, err := newMeter(ctx, server.superuser.String())
	if err != nil {
		return err
	}
	defer m.close(ctx)
	if p.large {
		return compareLarge(ctx, p, server.superuser, m)
	}
	return compare(ctx, p, server, m)
}

// compare makes what is to be measured, measures and reports.
func compare(ctx context.Context, p plan, server *postgresServer, m *meter) (err error) {
	program, err := findPgbench(server.programs)
	if err != nil {
		return err
	}
	if err := writeRival(ctx, p.out, program); err != nil {
		return err
	}
	c, err := openContest(ctx, server.superuser, program, p.accounts)
	defer func() { err = errors.Join(err, c.close()) }()
	if err != nil {
		return err
	}
	chosen, err := choose(c.entrants(), p.contenders)
	if err != nil {
		return err
	}
	outcomes, records, err := measure(ctx, chosen, p.rounds, p.duration, m, p.progress)
	if err != nil {
		return err
	}
	if err := c.check(ctx, records); err != nil {
		return err
	}
	fmt.Fprintln(p.out)
	writeTable(p.out, outcomes)
	fmt.Fprintln(p.out)
	judge(p.out, outcomes)
	if p.profiles == "" {
		return nil
	}
	return writeProfiles(ctx, chosen, m.conn, p.profiles)
}

func choose(all []entrant, names []string) (chosen []entrant, err error) {
	if len(names) == 0 {
		return all, nil
	}
	for _, name := range names {
		i := slices.IndexFunc(all, func(e entrant) bool { return e.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no contender %q", name)
		}
		chosen = append(chosen, all[i])
	}
	return chosen, nil
}
