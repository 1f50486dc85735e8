package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/clumpql/clumpql/internal/postgres"
)

// settings are those of a cluster whose data nobody will miss. Nothing else may run with them.
var settings = map[string]string{
	"fsync":              "off",
	"synchronous_commit": "off",
	"full_page_writes":   "off",
	// Every test process has pools of its own.
	"max_connections": "300",
}

// StartCluster starts an empty cluster in a temporary folder. It goes, with its folder, at Stop or with this process.
func StartCluster(ctx context.Context) (*postgres.Server, error) {
	root, err := checkout()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "clumpql-pgtest-")
	if err != nil {
		return nil, err
	}
	server, err := postgres.Start(ctx, postgres.Config{
		Dir: dir, Binaries: filepath.Join(root, dataFolder), Settings: settings, Temporary: true,
	})
	if err != nil {
		return nil, fmt.Errorf("%w\n(or set %s to the URL of a superuser)", err, Env)
	}
	return server, nil
}

// private is the cluster of this process where the environment names none. The mutex guards both fields.
var private struct {
	sync.Mutex
	started bool
	server  *postgres.Server
	err     error
}

// adminURL returns the address of the cluster that this process tests with.
func adminURL(ctx context.Context) (string, error) {
	if address := os.Getenv(Env); address != "" {
		// The text of the error holds the address, which may hold a password.
		if _, err := url.Parse(address); err != nil {
			return "", fmt.Errorf("%s is not a URL", Env)
		}
		return address, nil
	}
	private.Lock()
	defer private.Unlock()
	if !private.started {
		// Nothing in a test process is called at its end. The cluster's guard notices that end.
		private.server, private.err = StartCluster(ctx)
		private.started = true
	}
	if private.err != nil {
		return "", private.err
	}
	return private.server.URL(), nil
}
