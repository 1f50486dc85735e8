package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/ledger"
)

// Services is what a GraphQL handler is made of. The server owns them and closes them after the last request.
type Services struct {
	Pool   *pgxpool.Pool
	Depot  *ledger.Depot
	Logger *slog.Logger
	// RequestID returns the id of the request that a context belongs to, as the client got it in X-Request-Id.
	RequestID func(context.Context) string
	NoPlans   bool     // fetch every operation as if the first of its kind
	Origins   []string // hosts whose pages may open a WebSocket besides the server's own; patterns with *
	// Bounds of an operation; 0: none.
	MaxDepth, MaxComplexity int
	Timeout                 time.Duration // of a request, or an event of a subscription
	WriteTimeout            time.Duration // for what the client of a stream does not read
}

// Program is what one run of a command is given.
type Program struct {
	Stdout, Stderr io.Writer
	// NewHandler makes what answers at /graphql. Only `serve` calls it, once the database is migrated.
	NewHandler func(Services) (http.Handler, error)
}

// Run executes the command that args (without the program's name) and the environment ask for, and returns the
// process's exit code: 0 when it did what it was asked for, which for `serve` includes ending on SIGINT or SIGTERM;
// 1 otherwise, after one line on p.Stderr that says what is wrong. A second signal ends the process at once.
func Run(args []string, p Program) int {
	config, selected, err := parse(args, p.Stdout, p.Stderr, os.Exit)
	if err != nil {
		return p.fail(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// From the first signal on, the next has its usual effect.
	defer context.AfterFunc(ctx, stop)()

	selected.BindTo(ctx, (*context.Context)(nil))
	if err := selected.Run(config, p); err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			name, _, _ := strings.Cut(selected.Command(), " ")
			err = fmt.Errorf("%s: interrupted", name)
		}
		return p.fail(err)
	}
	return 0
}

func (p Program) fail(err error) int {
	fmt.Fprintf(p.Stderr, "clumpql: %s\n", oneLine(err))
	return 1
}

// oneLine folds errors that spread over lines (joined ones, those of a connection with many addresses) into one.
// A line that repeats an earlier one, as a second try with the same outcome does, is left out.
func oneLine(err error) string {
	var kept []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); line != "" && !slices.Contains(kept, line) {
			kept = append(kept, line)
		}
	}
	return strings.ReplaceAll(strings.Join(kept, "; "), ":; ", ": ")
}
