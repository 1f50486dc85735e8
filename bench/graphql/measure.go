package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/cluster"
	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/bench/wire"
)

// The round that warms up takes this part of a round's duration, on enough connections to fill the servers' pools.
const (
	warmUpPart        = 4
	warmUpConnections = 2 * cluster.PoolSize
)

// plan says what is measured.
type plan struct {
	queries     []query
	connections []int
	rounds      int
	duration    time.Duration // of a round
	limit       time.Duration // of all rounds
}

// round is one measurement of a server.
type round struct {
	latencies []time.Duration
	elapsed   time.Duration
	used      process.Figures
	postgres  time.Duration // CPU
	load      time.Duration // CPU, of this process
	reads     int64         // statements
}

// cell names what is measured together: the same query on the same number of connections.
type cell struct {
	query       string
	connections int
}

// results are by cell the outcomes of the servers, in their order.
type results map[cell][]outcome

// measure demands the same answers of all servers and measures them. progress gets a line for each cell.
func measure(ctx context.Context, p plan, servers []server, pool *pgxpool.Pool, progress io.Writer) (results, error) {
	all := make(results)
	end := time.Now().Add(p.limit)
	for _, q := range p.queries {
		loads, err := newLoads(ctx, q, servers)
		if err != nil {
			return nil, err
		}
		measured := contest{servers, loads, pool}
		for _, connections := range p.connections {
			left := len(p.queries)*len(p.connections) - len(all)
			rounds, err := measured.rounds(ctx, p, connections, time.Now().Add(time.Until(end)/time.Duration(left)))
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(progress, "%s, %d connections: %d rounds\n", q.name, connections, len(rounds))
			outcomes := make([]outcome, len(servers))
			for i, server := range servers {
				outcomes[i] = newOutcome(server.contender, ofServer(rounds, i))
			}
			all[cell{q.name, connections}] = outcomes
		}
	}
	return all, nil
}

func ofServer(rounds [][]round, i int) (own []round) {
	for _, r := range rounds {
		own = append(own, r[i])
	}
	return own
}

// contest is the servers with the load of a query on each.
type contest struct {
	servers []server
	loads   []*load
	pool    *pgxpool.Pool // counts statements
}

// rounds warms up and measures as many rounds as are wanted, or fewer, but one at least, when one more would end after until. A
// round has a measurement of each server, in their order.
func (c contest) rounds(ctx context.Context, p plan, connections int, until time.Time) (all [][]round, err error) {
	if _, err := c.round(ctx, min(connections, warmUpConnections), p.duration/warmUpPart, 0); err != nil {
		return nil, err
	}
	for n := range p.rounds {
		begin := time.Now()
		rounds, err := c.round(ctx, connections, p.duration, n)
		if err != nil {
			return nil, err
		}
		all = append(all, rounds)
		if time.Now().Add(time.Since(begin)).After(until) {
			break
		}
	}
	return all, nil
}

// round measures each server once, beginning with the first-th.
func (c contest) round(ctx context.Context, connections int, duration time.Duration, first int) ([]round, error) {
	rounds := make([]round, len(c.servers))
	for n := range c.servers {
		i := (first + n) % len(c.servers)
		r, err := measureRound(ctx, c.servers[i], c.loads[i], connections, duration, c.pool)
		if err != nil {
			return nil, err
		}
		rounds[i] = r
	}
	return rounds, nil
}

func measureRound(
	ctx context.Context, server server, l *load, connections int, duration time.Duration, pool *pgxpool.Pool,
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
	before, err := server.Figures(ctx)
	if err != nil {
		return r, err
	}
	if err := r.run(ctx, l, opened, duration, pool); err != nil {
		return r, err
	}
	after, err := server.Figures(ctx)
	if err != nil {
		return r, err
	}
	readsAfter, err := statements(ctx, pool)
	if err != nil {
		return r, err
	}
	r.used = after.Sub(before)
	r.reads = readsAfter - readsBefore
	return r, ctx.Err()
}

// run measures the load by itself, and what Postgres and this process spend on it.
func (r *round) run(ctx context.Context, l *load, opened []*wire.Connection, duration time.Duration, pool *pgxpool.Pool) error {
	backendsBefore, err := readBackends(ctx, pool)
	if err != nil {
		return err
	}
	before, err := process.ReadFigures()
	if err != nil {
		return err
	}
	if r.latencies, r.elapsed, err = l.run(opened, duration); err != nil {
		return err
	}
	after, err := process.ReadFigures()
	if err != nil {
		return err
	}
	backendsAfter, err := readBackends(ctx, pool)
	if err != nil {
		return err
	}
	r.load, r.postgres = after.Sub(before).CPU, backendsAfter.since(backendsBefore)
	return nil
}
