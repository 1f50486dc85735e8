package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/process"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "graphql:", err)
		os.Exit(1)
	}
}

func run() error {
	if name, asked := process.Asked(); asked {
		return runServer(name)
	}
	p, profiles, err := flags()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err = compare(ctx, p, profiles)
	if ctx.Err() != nil {
		return errors.New("interrupted") // what that has led to is of no interest
	}
	return err
}

// flags reads what to measure, and the folder for profiles, if any.
func flags() (p plan, profiles string, err error) {
	flag.IntVar(&p.rounds, "rounds", 3, "rounds of each contender, query and number of connections")
	flag.DurationVar(&p.duration, "duration", time.Second, "duration of a round")
	flag.DurationVar(&p.limit, "limit", 270*time.Second, "duration of all rounds: when they would take longer, there are fewer, but one at least")
	names := make([]string, len(queries))
	for i, q := range queries {
		names[i] = q.name
	}
	chosen := flag.String("queries", strings.Join(names, ","), "queries to measure")
	connections := flag.String("connections", "1,32,256", "numbers of connections")
	flag.StringVar(&profiles, "profiles", "", "folder to write CPU and allocation profiles of clumpql to, one of each query")
	flag.Parse()
	if p.rounds < 1 || p.duration <= 0 || p.limit < 0 || flag.NArg() > 0 {
		return p, "", errors.New("rounds, duration and limit must be positive, and there are no arguments")
	}
	for name := range strings.SplitSeq(*chosen, ",") {
		q, err := queryNamed(name)
		if err != nil {
			return p, "", err
		}
		p.queries = append(p.queries, q)
	}
	for number := range strings.SplitSeq(*connections, ",") {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return p, "", fmt.Errorf("%q is no number of connections", number)
		}
		p.connections = append(p.connections, n)
	}
	return p, profiles, nil
}

// compare makes the database, starts the servers, measures them and reports.
func compare(ctx context.Context, p plan, profiles string) (err error) {
	database, drop, err := createDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	pool, err := pgxpool.New(ctx, database)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := fill(ctx, pool); err != nil {
		return err
	}
	servers, stop, err := startAll(ctx, database, contenders())
	defer stop()
	if err != nil {
		return err
	}
	all, err := measure(ctx, p, servers, pool, os.Stderr)
	if err != nil {
		return err
	}
	report(os.Stdout, p, all)
	fmt.Println()
	reportAccounts(os.Stdout, p, all)
	fmt.Println()
	if err := reportFloors(ctx, os.Stdout, p, all, pool); err != nil {
		return err
	}
	judge(os.Stdout, p, all)
	if profiles == "" {
		return nil
	}
	return writeProfiles(ctx, p, servers, profiles)
}
