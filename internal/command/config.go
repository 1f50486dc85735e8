package command

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/clumpql/clumpql/internal/demo"
)

// config is the command line. Every flag is an environment variable as well: CLUMPQL_ and the
// flag's name, but for the database, whose variable has the name that is usual for it.
type config struct {
	DatabaseURL string     `env:"DATABASE_URL" placeholder:"URL" help:"Postgres to work on. Without one, clumpql runs a private Postgres."`
	DataDir     string     `default:".clumpql" placeholder:"DIR" help:"Folder of the private Postgres; ${default} unless told."`
	LogLevel    slog.Level `default:"info" help:"Least level that is logged: debug, info, warn or error."`
	LogFormat   string     `default:"text" enum:"text,json" help:"Form of the log: text or json."`

	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve GraphQL over HTTP (what happens without a command)."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's tables up to date."`
	Import  importCommand  `cmd:"" help:"Read a folder of catalogue and ledger files into the database."`
	Seed    seedCommand    `cmd:"" help:"Fill the database with made-up data."`
	Verify  verifyCommand  `cmd:"" help:"Recompute all balances and histories from the depot and compare."`
	Rebuild rebuildCommand `cmd:"" help:"Make all balances and histories anew from the depot."`
	Version versionCommand `cmd:"" help:"Print the program's version."`
}

// parse reads arguments and environment. A request for help is answered on stdout, then exit is called.
func parse(args []string, stdout, stderr io.Writer, exit func(int)) (*config, *kong.Context, error) {
	var c config
	parser, err := kong.New(&c,
		kong.Name("clumpql"),
		kong.Description("A GraphQL server for a music platform with a wallet."),
		kong.DefaultEnvars("CLUMPQL"),
		kong.Writers(stdout, stderr),
		kong.Exit(exit),
	)
	if err != nil {
		return nil, nil, fmt.Errorf("command line: %w", err)
	}
	selected, err := parser.Parse(args)
	if err != nil {
		return nil, nil, err
	}
	return &c, selected, c.check()
}

// check refuses what kong cannot know to be wrong.
func (c *config) check() error {
	if strings.TrimSpace(c.DataDir) == "" {
		return fmt.Errorf("--data-dir: is empty")
	}
	if c.Serve.MaxBody < 1 {
		return fmt.Errorf("--max-body: %d is not a positive number of bytes", c.Serve.MaxBody)
	}
	if c.Serve.MaxDepth < 0 {
		return fmt.Errorf("--max-depth: %d is negative", c.Serve.MaxDepth)
	}
	if c.Serve.MaxComplexity < 0 {
		return fmt.Errorf("--max-complexity: %d is negative", c.Serve.MaxComplexity)
	}
	for name, d := range map[string]time.Duration{"timeout": c.Serve.Timeout, "write-timeout": c.Serve.WriteTimeout} {
		if d <= 0 {
			return fmt.Errorf("--%s: %s is not a positive time", name, d)
		}
	}
	if c.Serve.DrainTimeout < 0 {
		return fmt.Errorf("--drain-timeout: %s is negative", c.Serve.DrainTimeout)
	}
	if port := c.Serve.PostgresPort; port < 0 || port > 65535 {
		return fmt.Errorf("--postgres-port: %d is not a port", port)
	}
	for _, size := range []struct {
		flag         string
		value, least int
	}{{"users", c.Seed.Users, demo.MinUsers}, {"tracks", c.Seed.Tracks, 1}, {"playlists", c.Seed.Playlists, 1}, {"transfers", c.Seed.Transfers, 1}} {
		if size.value < size.least || size.value > demo.MaxCount {
			return fmt.Errorf("--%s: %d is not between %d and %d", size.flag, size.value, size.least, demo.MaxCount)
		}
	}
	return nil
}

// logger writes to w what is at least as grave as the configured level. Neither form uses colours.
func (c *config) logger(w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
