// Command run runs a command with a Postgres cluster to test with.
//
//	go run ./internal/pgtest/run -- go test ./...
//
// It starts a cluster that lasts as long as the command, tells the command of it in CLUMPQL_TEST_POSTGRES, puts its programs last
// into PATH, and exits with the command's code. Where the variable is set already that cluster is used, and none is started.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/clumpql/clumpql/internal/pgtest"
	"github.com/clumpql/clumpql/internal/postgres"
)

// Exit codes as a shell has them.
const (
	codeFailed     = 1
	codeUsage      = 2
	codeNotRun     = 127
	codeSignalBase = 128
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "usage: run -- COMMAND [ARGUMENT...]")
		os.Exit(codeUsage)
	}
	os.Exit(run(args))
}

func run(args []string) int {
	// Signals go to the command, which ends; then the cluster is stopped in order.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	if os.Getenv(pgtest.Env) != "" {
		return execute(args, os.Environ(), signals)
	}
	server, err := start(signals)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		return codeFailed
	}
	// Tests that start a Postgres of their own, in folders of their own, would not find programs that were fetched into the
	// checkout. Last in PATH: what is installed comes first.
	path := os.Getenv("PATH") + string(os.PathListSeparator) + server.Programs()
	code := execute(args, append(os.Environ(), pgtest.Env+"="+server.URL(), "PATH="+path), signals)
	select {
	case <-server.Done():
		fmt.Fprintln(os.Stderr, "run:", server.Err())
		code = max(code, codeFailed)
	default:
	}
	if err := server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "run: stop the cluster:", err)
		code = max(code, codeFailed)
	}
	return code
}

// start starts the cluster. A signal ends that.
func start(signals <-chan os.Signal) (*postgres.Server, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	started := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case s := <-signals:
			cancel(fmt.Errorf("ended by a signal: %v", s))
		case <-started:
		}
	}()
	server, err := pgtest.StartCluster(ctx)
	close(started)
	<-watched
	return server, err
}

// execute runs the command, forwards signals to it, and returns its code.
func execute(args, environment []string, signals <-chan os.Signal) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = environment
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		return codeNotRun
	}
	ended := make(chan error)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
				fmt.Fprintln(os.Stderr, "run:", err)
			}
		case err := <-ended:
			return codeOf(cmd.ProcessState, err)
		}
	}
}

// codeOf is the exit code of a command that has ended.
func codeOf(state *os.ProcessState, err error) int {
	if state == nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		return codeFailed
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return codeSignalBase + int(status.Signal())
	}
	return state.ExitCode()
}
