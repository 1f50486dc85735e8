package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/sample"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// measureFloor is the median time that the handwritten handler takes for a query within this process, one request after the other: what no
// server can be faster than on one connection, be it for HTTP alone.
func measureFloor(ctx context.Context, q query, pool *pgxpool.Pool, duration time.Duration) (time.Duration, error) {
	bodies, err := q.bodies()
	if err != nil {
		return 0, err
	}
	handler, buffer := &byHand{store: catalogue.NewStore(pool)}, &jsonBuffer{}
	var latencies []time.Duration
	for end := time.Now().Add(duration); len(latencies) == 0 || time.Now().Before(end); {
		for _, body := range bodies {
			begin := time.Now()
			if err := handler.answer(ctx, bytes.NewReader(body), int64(len(body)), buffer); err != nil {
				return 0, fmt.Errorf("query %s: %w", q.name, err)
			}
			latencies = append(latencies, time.Since(begin))
		}
	}
	slices.Sort(latencies)
	return sample.Percentile(latencies, 50), nil
}

// reportFloors sets the floor of each query beside what was measured on one connection, if it was.
func reportFloors(ctx context.Context, out io.Writer, p plan, all results, pool *pgxpool.Pool) error {
	if !slices.Contains(p.connections, 1) {
		return nil
	}
	for _, q := range p.queries {
		floor, err := measureFloor(ctx, q, pool, p.duration)
		if err != nil {
			return err
		}
		outcomes := all[cell{q.name, 1}]
		best := bestOf(of(outcomes, isStock), byP50)
		fmt.Fprintf(out, "%s: statements and JSON alone, in one process without HTTP, take %s ms: %.3f of the p50 of %s on one connection, %.3f of clumpql's\n",
			q.name, milliseconds(floor), float64(floor)/float64(best.p50), best, float64(floor)/float64(of(outcomes, isLibrary(own))[0].p50))
	}
	fmt.Fprintln(out)
	return nil
}
