package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/migrations"
)

// serveCommand is `clumpql serve`.
type serveCommand struct {
	Addr         string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address; ${default} unless told. Port 0: any free one; the log says which."`
	Demo         bool   `help:"Fill an empty database with made-up data first."`
	PostgresPort int    `placeholder:"PORT" help:"Loopback port of the private Postgres. 0: a Unix socket only."`
	MaxBody      int64  `default:"1048576" placeholder:"BYTES" help:"Longest request body; ${default} unless told."`
	MaxDepth     int    `default:"15" placeholder:"LEVELS" help:"Most levels of fields in a query; ${default} unless told. 0: no limit."`
	// A hundred thousand objects, or ten times as many values, take up to a second and some tens of megabytes. What a page on a screen
	// needs costs some hundreds, the introspection of GraphiQL 8000. Package graph/limit tells what costs how much.
	MaxComplexity int           `default:"100000" placeholder:"COST" help:"Most an operation may cost, about 1 an object; ${default} unless told. 0: no limit."`
	Timeout       time.Duration `default:"30s" help:"How long a request, or an event of a subscription, may take."`
	WriteTimeout  time.Duration `default:"30s" help:"How long a client may leave unread what it is sent."`
	NoPlans       bool          `help:"Fetch for every operation as for the first of its kind, instead of holding what it is known to ask for again."`
	Origins       []string      `placeholder:"HOST" help:"Other hosts whose pages may open a WebSocket, separated by commas. * stands for any text."`
	DrainTimeout  time.Duration `default:"10s" help:"How long requests under way may take after a signal to stop."`
}

// Run serves until ctx ends, which is no error, or until something that it needs fails.
func (s serveCommand) Run(ctx context.Context, c *config, p Program) error {
	err := s.serve(ctx, c, p)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // the signal came while it was still starting
	}
	return err
}

func (s serveCommand) serve(ctx context.Context, c *config, p Program) error {
	defer RaiseHeapFloor()()
	log := c.logger(p.Stderr)
	slog.SetDefault(log) // gqlgen writes by package log what it cannot return
	// First what fails at once: a taken port should not have to wait for Postgres to start.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()

	db, err := openDatabase(ctx, c, s.PostgresPort, log)
	if err != nil {
		return err
	}
	defer db.close()
	if err := db.migrate(ctx); err != nil {
		return err
	}
	depot := ledger.NewDepot(db.pool)
	defer depot.Close()
	if s.Demo {
		if err := fillIfEmpty(ctx, db, depot); err != nil {
			return err
		}
	}
	graphQL, err := p.NewHandler(Services{
		Pool: db.pool, Depot: depot, Logger: log, RequestID: middleware.GetReqID,
		NoPlans: s.NoPlans, Origins: s.Origins, MaxDepth: s.MaxDepth, MaxComplexity: s.MaxComplexity,
		Timeout: s.Timeout, WriteTimeout: s.WriteTimeout,
	})
	if err != nil {
		return fmt.Errorf("GraphQL handler: %w", err)
	}
	ready := readiness{database: db.pool, needed: migrations.Version(), log: log}
	running := &service{
		listener: listener,
		handler:  newRouter(graphQL, ready, s.MaxBody, log),
		work:     ledger.NewWorker(depot, ledger.WorkerOptions{Logger: log}).Run,
		answer:   readTimeout + s.Timeout + s.WriteTimeout,
		drain:    s.DrainTimeout,
		log:      log,
	}
	if db.private != nil {
		running.postgresDone, running.postgresErr = db.private.Done(), db.private.Err
	}
	log.Info("listening", "url", "http://"+listener.Addr().String())
	return running.run(ctx)
}
