package process

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/internal/command"
)

// A comparison runs itself as `PROGRAM server NAME` for each contender.
const (
	serverCommand = "server"
	databaseEnv   = "DATABASE_URL"
)

// Server serves a contender on a database. It calls ready once it does, and returns only with an error.
type Server func(ctx context.Context, database string, ready func(address string)) error

// Asked tells whether this process was started as a contender's server, and as whose.
func Asked() (name string, asked bool) {
	if len(os.Args) != 3 || os.Args[1] != serverCommand {
		return "", false
	}
	return os.Args[2], true
}

// Serve serves until standard input ends, as it does with the process that holds its other end.
func Serve(serve Server) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	private, err := Listen(ctx)
	if err != nil {
		return err
	}
	failed := make(chan error, 2)
	go func() { failed <- http.Serve(private, privateHandler()) }()
	go func() {
		failed <- serve(ctx, os.Getenv(databaseEnv), func(address string) {
			_ = json.NewEncoder(os.Stdout).Encode(Addresses{address, private.Addr().String()}) // a parent that is gone closes standard input too
		})
	}()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("server: %w", err)
	case <-ended:
		return nil // the process ends, and with it what it runs: there is nothing to lose
	}
}

// Listen listens on any free port of loopback.
func Listen(ctx context.Context) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
}

// Clumpql is the program itself, as `clumpql serve` runs it. It ends by signals, not with ctx. It implements Server.
func Clumpql(_ context.Context, database string, ready func(string)) error {
	code := command.Run([]string{"serve", "--addr=127.0.0.1:0", "--log-format=json", "--database-url=" + database}, command.Program{
		Stdout: io.Discard,
		Stderr: logReader{ready},
		NewHandler: func(s command.Services) (http.Handler, error) {
			return graph.NewHandler(graph.Config{Pool: s.Pool, Depot: s.Depot, Logger: s.Logger, RequestID: s.RequestID, NoPlans: s.NoPlans})
		},
	})
	return fmt.Errorf("exit code %d", code)
}

// RunCommand is a command of the program itself, with its output here. It returns the exit code.
func RunCommand(args []string) int {
	return command.Run(args, command.Program{Stdout: os.Stdout, Stderr: os.Stderr})
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
