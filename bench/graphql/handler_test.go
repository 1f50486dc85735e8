package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/cluster"
	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/ledger"
)

// BenchmarkHandler serves the queries in this process, as many at once as a server has connections, and reports the CPU time of a
// request: on a busy machine it says more than the time. It is without net/http, and without Postgres' own.
func BenchmarkHandler(b *testing.B) {
	database, err := cluster.WithPoolSize(pgtest.URL(b))
	if err != nil {
		b.Fatal(err)
	}
	pool, err := pgxpool.New(b.Context(), database)
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	if err := fill(b.Context(), pool); err != nil {
		b.Fatal(err)
	}
	depot := ledger.NewDepot(pool)
	defer depot.Close()
	clumpql, err := graph.NewHandler(graph.Config{Pool: pool, Depot: depot})
	if err != nil {
		b.Fatal(err)
	}
	for _, q := range queries {
		b.Run(q.name+"/"+own, func(b *testing.B) { benchmarkHandler(b, clumpql, q) })
		b.Run(q.name+"/"+handwritten, func(b *testing.B) { benchmarkHandler(b, newHandwritten(catalogue.NewStore(pool)), q) })
	}
}

func benchmarkHandler(b *testing.B, handler http.Handler, q query) {
	bodies, err := q.bodies()
	if err != nil {
		b.Fatal(err)
	}
	for range cluster.PoolSize {
		for _, body := range bodies {
			serveOne(b, handler, body)
		}
	}
	before, err := process.ReadFigures()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetParallelism(cluster.PoolSize)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for n := 0; pb.Next(); n++ {
			serveOne(b, handler, bodies[n%len(bodies)])
		}
	})
	b.StopTimer()
	after, err := process.ReadFigures()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(after.CPU-before.CPU)/float64(time.Microsecond)/float64(b.N), "cpu-µs/op")
}

func serveOne(b *testing.B, handler http.Handler, body []byte) {
	r := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK || w.Body.Len() < 1000 {
		b.Errorf("%d: %s", w.Code, w.Body)
	}
}
