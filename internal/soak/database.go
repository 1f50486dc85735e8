package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/clumpql/clumpql/internal/postgres"
)

// databaseSettings make a cluster of which every process may be killed, but not the machine: what Postgres has written is
// safe with the kernel.
var databaseSettings = map[string]string{"fsync": "off", "max_connections": "200"}

// database is a Postgres of its own, that can be stopped in every manner and started again. Its methods are for one goroutine at
// a time, but for the URLs.
type database struct {
	folder string
	port   int
	server *postgres.Server // nil while it is stopped

	mu  sync.Mutex // held by whoever makes it fail
	url *url.URL   // over TCP
}

// startDatabase makes a cluster and starts it. The folder is removed by remove.
func startDatabase(ctx context.Context) (*database, error) {
	folder, err := os.MkdirTemp("", "clumpql-soak-")
	if err != nil {
		return nil, err
	}
	d := &database{folder: folder}
	if d.port, err = freePort(ctx); err == nil {
		err = os.Chmod(folder, 0o755) //nolint:gosec // Postgres' own user has to reach its data
	}
	if err == nil {
		err = d.start(ctx)
	}
	if err == nil {
		err = d.readURL()
	}
	if err != nil {
		return nil, errors.Join(err, d.remove())
	}
	return d, nil
}

// freePort returns a port that nobody listens on.
func freePort(ctx context.Context) (int, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return port, listener.Close()
}

// start starts Postgres and returns when it answers.
func (d *database) start(ctx context.Context) error {
	server, err := postgres.Start(ctx, postgres.Config{
		Dir: d.folder, Port: d.port, Binaries: filepath.Join(checkout, ".clumpql"), Settings: databaseSettings,
	})
	if err != nil {
		return err
	}
	d.server = server
	return nil
}

// readURL reads the address over TCP, with its password.
func (d *database) readURL() error {
	content, err := os.ReadFile(filepath.Join(d.folder, "loopback.url"))
	if err != nil {
		return err
	}
	d.url, err = url.Parse(strings.TrimSpace(string(content)))
	return err
}

// directURL is the address without a proxy between.
func (d *database) directURL() string { return d.url.String() }

// urlThrough is the address through a proxy.
func (d *database) urlThrough(p *proxy) string {
	through := *d.url
	through.Host = p.address()
	return through.String()
}

// address is where a proxy has to go.
func (d *database) address() string { return d.url.Host }

// end sends the signal to Postgres and returns when it has ended: SIGINT is a fast shutdown, SIGQUIT an immediate one, SIGKILL a crash.
func (d *database) end(signal syscall.Signal) error {
	content, err := os.ReadFile(filepath.Join(d.folder, "data", "postmaster.pid"))
	if err != nil {
		return err
	}
	line, _, _ := bytes.Cut(content, []byte("\n"))
	postmaster, err := strconv.Atoi(string(line))
	if err != nil {
		return fmt.Errorf("postmaster.pid: %w", err)
	}
	if err := syscall.Kill(postmaster, signal); err != nil {
		return err
	}
	<-d.server.Done()
	server := d.server
	d.server = nil
	return server.Stop()
}

// remove stops Postgres, if it runs, and removes its data.
func (d *database) remove() error {
	var err error
	if d.server != nil {
		err = d.server.Stop()
		d.server = nil
	}
	return errors.Join(err, os.RemoveAll(d.folder))
}
