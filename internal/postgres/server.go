package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// startTimeout bounds a start, which after a crash replays what was not yet written to the tables.
	startTimeout = 5 * time.Minute
	// maxLogBytes is the size at which a start begins a new log; the one before it is kept.
	maxLogBytes = 16 << 20
)

// Server is a private Postgres that runs as long as this process does. Its methods are safe for concurrent use.
type Server struct {
	config   Config
	logger   *slog.Logger
	place    place
	binaries binaries

	lock, dataLock *os.File // see lock.go
	log            *os.File
	socketFolder   string
	process        *process // nil until Postgres was started

	stopping atomic.Bool
	stop     func() error
	done     chan struct{} // closed when Postgres has ended
	err      error         // why, when nobody asked it to; set before done is closed
}

// Start starts the private Postgres of a folder: it makes the data folder on the first start, recovers after a crash, and
// returns when Postgres answers.
//
// When ctx ends before that, everything that was started is stopped and the cause of ctx is returned; later ctx means
// nothing. Fails with ErrRunning, ErrNoBinaries or a *VersionError. The caller must call Stop, also when Postgres has
// ended by itself.
func Start(ctx context.Context, config Config) (*Server, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("Postgres did not answer for %v", startTimeout))
	defer cancel()
	p, err := makePlace(config.Dir)
	if err != nil {
		return nil, fmt.Errorf("start Postgres in %s: %w", config.Dir, err)
	}
	s, err := start(ctx, config, p, usualSearch(p.home, config.Binaries))
	if err != nil {
		return nil, fmt.Errorf("start Postgres: %w", err)
	}
	return s, nil
}

func start(ctx context.Context, config Config, p place, where search) (*Server, error) {
	s := &Server{config: config, logger: config.logger(), place: p, done: make(chan struct{})}
	s.stop = sync.OnceValue(s.shutDown)
	if err := s.open(ctx, where); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// URL is the address of the database, over the Unix socket, as a superuser.
func (s *Server) URL() string { return s.socketURL(databaseName) }

// Programs is the folder of the Postgres programs that the server runs by.
func (s *Server) Programs() string { return s.binaries.folder }

// Done is closed when Postgres has ended, by Stop or by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// Err tells why Postgres ended by itself, with the last lines of its log. Nil while it runs, and after Stop.
func (s *Server) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Stop ends Postgres: its clients are disconnected, what is in memory is written. It takes at most 40 seconds; when
// writing takes too long the next start recovers instead. Repeated and concurrent calls wait for the first.
func (s *Server) Stop() error { return s.stop() }

// open does what Start promises. What it has taken when it fails, shutDown gives back.
func (s *Server) open(ctx context.Context, where search) error {
	var err error
	if s.lock, err = takeServerLock(ctx, s.place); err != nil {
		return err
	}
	if err := removeFile(s.place.urlFile()); err != nil {
		return err
	}
	if s.dataLock, err = s.takeDataLock(ctx); err != nil {
		return err
	}
	if s.binaries, err = where.choose(ctx, s.place); err != nil {
		return err
	}
	if s.log, err = openLog(s.place.logFile()); err != nil {
		return err
	}
	if s.config.Temporary {
		// The guard, which removes it, is this account.
		if err := s.place.account.own(s.place.home); err != nil {
			return err
		}
	}
	if err := s.ensureCluster(ctx); err != nil {
		return err
	}
	if err := s.removeStalePID(); err != nil {
		return err
	}
	if err := s.chooseSocketFolder(); err != nil {
		return err
	}
	if err := s.writeAccess(); err != nil {
		return err
	}
	return s.run(ctx)
}

// shutDown gives everything back that open has taken, in the opposite order.
func (s *Server) shutDown() error {
	s.stopping.Store(true)
	var errs []error
	if s.lock != nil {
		errs = append(errs, removeFile(s.place.urlFile()))
	}
	if s.process != nil {
		s.logger.Info("stopping Postgres", "pid", s.process.cmd.Process.Pid)
		err := s.process.stop()
		if err == nil {
			<-s.done
		}
		errs = append(errs, err)
	}
	if s.socketFolder != "" {
		errs = append(errs, removeShortFolder(s.place))
	}
	if s.config.Temporary && s.lock != nil {
		errs = append(errs, os.RemoveAll(s.place.home), os.RemoveAll(s.place.dir))
	}
	for _, file := range []*os.File{s.log, s.dataLock, s.lock} {
		if file != nil {
			errs = append(errs, file.Close())
		}
	}
	return errors.Join(errs...)
}

// removable is the folder that goes with this process, or empty.
func (s *Server) removable() string {
	if s.config.Temporary {
		return s.place.home
	}
	return ""
}

// openLog opens Postgres's log for appending.
func openLog(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxLogBytes {
		err = os.Rename(path, path+".1")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

func (s *Server) logSize() int64 {
	info, err := s.log.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// exited describes a program that ended although nobody asked it to. offset is where its output begins in the log.
func (s *Server) exited(name string, proc *process, offset int64) error {
	reason := name + " ended"
	if proc.err != nil {
		reason += ": " + proc.err.Error()
	}
	return &exitError{reason: reason, file: s.place.logFile(), lines: tail(s.place.logFile(), offset)}
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
