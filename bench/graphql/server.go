package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/internal/command"
)

// The program runs itself as `graphql server NAME` for each contender.
const (
	serverCommand = "server"
	databaseEnv   = "DATABASE_URL"
)

// addresses are what a server tells on its standard output, as one line of JSON, once it serves.
type addresses struct {
	GraphQL string // host:port of /graphql
	Private string // host:port of figures and profiles
}

// runServer serves the named contender until standard input ends, as it does with the process that holds its other end.
func runServer(name string) error {
	c, err := contenderNamed(name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	private, err := listen(ctx)
	if err != nil {
		return err
	}
	failed := make(chan error, 2)
	go func() { failed <- http.Serve(private, privateHandler()) }()
	go func() {
		failed <- c.serve(ctx, os.Getenv(databaseEnv), func(address string) {
			_ = json.NewEncoder(os.Stdout).Encode(addresses{address, private.Addr().String()}) // a parent that is gone closes standard input too
		})
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("server of %s: %w", name, err)
	case <-ended:
		return nil // the process ends, and with it what it runs: there is nothing to lose
	}
}

func listen(ctx context.Context) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
}

// serveHandler serves a handler over the catalogue.
func serveHandler(newHandler func(*catalogue.Store) http.Handler) func(context.Context, string, func(string)) error {
	return func(ctx context.Context, database string, ready func(string)) error {
		pool, err := pgxpool.New(ctx, database)
		if err != nil {
			return err
		}
		defer pool.Close()
		listener, err := listen(ctx)
		if err != nil {
			return err
		}
		ready(listener.Addr().String())
		return http.Serve(listener, newHandler(catalogue.NewStore(pool)))
	}
}

// serveClumpql runs the program.
func serveClumpql(_ context.Context, database string, ready func(string)) error {
	code := command.Run([]string{"serve", "--addr=127.0.0.1:0", "--log-format=json", "--database-url=" + database}, command.Program{
		Stdout: io.Discard,
		Stderr: logReader{ready},
		NewHandler: func(s command.Services) (http.Handler, error) {
			return graph.NewHandler(graph.Config{Pool: s.Pool, Depot: s.Depot, Logger: s.Logger, RequestID: s.RequestID, NoPlans: s.NoPlans})
		},
	})
	return fmt.Errorf("exit code %d", code)
}

// logReader finds in the program's log where it listens, and shows what is wrong.
type logReader struct{ ready func(address string) }

// Write implements io.Writer. slog writes a record at a time.
func (l logReader) Write(line []byte) (int, error) {
	var record struct{ Level, Msg, URL string }
	switch err := json.Unmarshal(line, &record); {
	case err == nil && record.Msg == "listening":
		l.ready(strings.TrimPrefix(record.URL, "http://"))
	case err != nil || record.Level != "INFO":
		return os.Stderr.Write(line)
	}
	return len(line), nil
}
