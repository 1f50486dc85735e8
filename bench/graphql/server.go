package main

import (
	"context"
	"net/http"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/bench/cluster"
	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/internal/command"
)

// server is a contender in a process of its own.
type server struct {
	contender
	*process.Process
}

// startAll starts a server for each contender. stop ends those that were started, also after an error.
func startAll(ctx context.Context, database string, chosen []contender) (all []server, stop func(), err error) {
	if database, err = cluster.WithPoolSize(database); err != nil {
		return nil, func() {}, err
	}
	stop = func() {
		for _, s := range all {
			s.Stop()
		}
	}
	for _, c := range chosen {
		p, err := process.Start(ctx, c.String(), database)
		if err != nil {
			return nil, stop, err
		}
		all = append(all, server{c, p})
	}
	return all, stop, nil
}

// runServer serves the named contender, in a process of its own.
func runServer(name string) error {
	c, err := contenderNamed(name)
	if err != nil {
		return err
	}
	return process.Serve(c.serve)
}

// serveHandler serves a handler over the catalogue.
func serveHandler(newHandler func(*catalogue.Store) http.Handler) process.Server {
	return func(ctx context.Context, database string, ready func(string)) error {
		pool, err := pgxpool.New(ctx, database)
		if err != nil {
			return err
		}
		defer pool.Close()
		defer command.RaiseHeapFloor()() // as clumpql itself does
		listener, err := process.Listen(ctx)
		if err != nil {
			return err
		}
		ready(listener.Addr().String())
		return http.Serve(listener, newHandler(catalogue.NewStore(pool)))
	}
}
