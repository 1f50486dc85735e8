package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// joinTimeout bounds the wait for a server that is still starting.
const joinTimeout = 30 * time.Second

// Join returns the address of the Postgres that a running server has started in config.Dir. When that server is still
// starting it waits, for at most 30 seconds. Fails with ErrNotRunning when there is no such server, and changes nothing.
// Only config.Dir is read.
func Join(ctx context.Context, config Config) (string, error) {
	address, err := join(ctx, config.Dir)
	if err != nil {
		return "", fmt.Errorf("join the Postgres in %s: %w", config.Dir, err)
	}
	return address, nil
}

func join(ctx context.Context, dir string) (string, error) {
	p, err := findPlace(dir)
	if errors.Is(err, errNoPlace) {
		return "", ErrNotRunning
	}
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, joinTimeout, errors.New("its server does not get ready"))
	defer cancel()
	for {
		locked, err := isLocked(p.lockFile())
		if errors.Is(err, fs.ErrNotExist) || err == nil && !locked {
			return "", ErrNotRunning
		}
		if err != nil {
			return "", err
		}
		address, err := os.ReadFile(p.urlFile())
		if err == nil {
			// Between the lock and the file a server may have begun or ended: what answers is right.
			address := strings.TrimSpace(string(address))
			if answers(ctx, address) {
				return address, nil
			}
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return "", err
		}
	}
}

// Exists tells whether dir is the folder of a private Postgres that has data, or of one whose first server is starting. It makes nothing.
func Exists(dir string) (bool, error) {
	p, err := findPlace(dir)
	if errors.Is(err, errNoPlace) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a Postgres in %s: %w", dir, err)
	}
	if major, err := majorOf(p.data()); err != nil || major != 0 {
		return true, err
	}
	locked, err := isLocked(p.lockFile())
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return locked, err
}

func answers(ctx context.Context, address string) bool {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}
