package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// backends is how much CPU time each process of Postgres has had, by its id.
type backends map[int32]time.Duration

// readBackends asks the kernel. Where it does not tell, as only Linux does, and where Postgres runs on another machine, it is empty.
func readBackends(ctx context.Context, pool *pgxpool.Pool) (backends, error) {
	var pids []int32
	if err := pool.QueryRow(ctx, `SELECT array_agg(pid) FROM pg_stat_activity`).Scan(&pids); err != nil {
		return nil, fmt.Errorf("list Postgres' processes: %w", err)
	}
	b := make(backends, len(pids))
	for _, pid := range pids {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue // it has just ended, or is no process of this machine
		}
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
		if err != nil {
			continue
		}
		var nanoseconds int64
		if _, err := fmt.Sscan(string(text), &nanoseconds); err == nil {
			b[pid] = time.Duration(nanoseconds)
		}
	}
	return b, nil
}

// since is what all have had since before. Those that were not there yet began with nothing.
func (b backends) since(before backends) (sum time.Duration) {
	for pid, cpu := range b {
		sum += cpu - before[pid]
	}
	return sum
}

// reportAccounts writes where the time of a request goes on this machine's CPUs: for clumpql, the best stock variant and the handwritten
// handler. What Postgres and the load take is the same work for all of them. The ratio of all that is used is the ratio of requests a
// second on a machine that does nothing else and is never idle.
func reportAccounts(out io.Writer, p plan, all results) {
	cpus := time.Duration(runtime.NumCPU())
	fmt.Fprintf(out, "CPU time a request, in µs, of %d CPUs; the rest is idle, or had by other processes\n", cpus)
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "query\tconn.\tcontender\tserver\tPostgres\tload\tused\trest\tused, of clumpql's\t")
	for _, q := range p.queries {
		for _, connections := range p.connections {
			outcomes := all[cell{q.name, connections}]
			ours := of(outcomes, isLibrary(own))[0]
			for _, o := range []outcome{ours, of(outcomes, isLibrary(handwritten))[0], bestOf(of(outcomes, isStock), bySpeed)} {
				rest := cpus*time.Duration(float64(time.Second)/o.perSecond) - o.used()
				fmt.Fprintf(table, "%s\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%.2f\t\n", q.name, connections, o, o.cpu.Microseconds(),
					o.postgres.Microseconds(), o.load.Microseconds(), o.used().Microseconds(), rest.Microseconds(),
					float64(o.used())/float64(ours.used()))
			}
		}
	}
	_ = table.Flush() // of what has no errors to tell
}
