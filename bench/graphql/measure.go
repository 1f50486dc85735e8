package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// warmUp is what part of a round's duration the round that warms up takes.
const warmUp = 4

// plan says what is measured.
type plan struct {
	queries     []query
	connections []int
	rounds      int
	duration    time.Duration // of a round
}

// round is one measurement of a server.
type round struct {
	latencies []time.Duration
	elapsed   time.Duration
	used      figures
	reads     int64 // statements
}

// cell names what is measured together: the same query on the same number of connections.
type cell struct {
	query       string
	connections int
}

// results are by cell the outcomes of the servers, in their order.
type results map[cell][]outcome

// measure demands the same answers of all servers and measures them. progress gets a line for each cell.
func measure(ctx context.Context, p plan, servers []*process, pool *pgxpool.Pool, progress io.Writer) (results, error) {
	all := make(results)
	for _, q := range p.queries {
		loads, err := newLoads(ctx, q, servers)
		if err != nil {
			return nil, err
		}
		for _, connections := range p.connections {
			fmt.Fprintf(progress, "%s, %d connections\n", q.name, connections)
			outcomes, err := p.measureCell(ctx, servers, loads, connections, pool)
			if err != nil {
				return nil, err
			}
			all[cell{q.name, connections}] = outcomes
		}
	}
	return all, nil
}

func (p plan) measureCell(
	ctx context.Context, servers []*process, loads []*load, connections int, pool *pgxpool.Pool,
) ([]outcome, error) {
	rounds := make([][]round, len(servers))
	for n := range p.rounds + 1 {
		duration := p.duration
		if n == 0 {
			duration /= warmUp
		}
		for i := range servers {
			i := (i + n) % len(servers) // nobody always comes first
			server := servers[i]
			r, err := measureRound(ctx, server, loads[i], connections, duration, pool)
			if err != nil {
				return nil, err
			}
			if n > 0 {
				rounds[i] = append(rounds[i], r)
			}
		}
	}
	outcomes := make([]outcome, len(servers))
	for i, server := range servers {
		outcomes[i] = newOutcome(server.contender, rounds[i])
	}
	return outcomes, nil
}

func measureRound(
	ctx context.Context, server *process, l *load, connections int, duration time.Duration, pool *pgxpool.Pool,
) (r round, err error) {
	opened, err := l.open(ctx, connections, duration)
	if err != nil {
		return r, err
	}
	defer closeAll(opened)
	runtime.GC() // the client's own garbage is not the servers' business
	readsBefore, err := statements(ctx, pool)
	if err != nil {
		return r, err
	}
	before, err := server.figures(ctx)
	if err != nil {
		return r, err
	}
	if r.latencies, r.elapsed, err = l.run(opened, duration); err != nil {
		return r, err
	}
	after, err := server.figures(ctx)
	if err != nil {
		return r, err
	}
	readsAfter, err := statements(ctx, pool)
	if err != nil {
		return r, err
	}
	r.used = figures{CPU: after.CPU - before.CPU, Mallocs: after.Mallocs - before.Mallocs, Bytes: after.Bytes - before.Bytes}
	r.reads = readsAfter - readsBefore
	return r, ctx.Err()
}
