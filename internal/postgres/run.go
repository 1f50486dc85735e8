package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// run starts Postgres on the data folder, waits until it answers, and announces it to commands that want to join.
func (s *Server) run(ctx context.Context) error {
	libraries := statementsLibrary
	offset := s.logSize()
	conn, err := s.startPostgres(ctx, libraries, offset)
	var exit *exitError
	if errors.As(err, &exit) && strings.Contains(exit.lines, statementsLibrary) {
		// Some packages leave it out. There is no way to ask beforehand that all versions know.
		s.logger.Warn("Postgres comes without "+statementsLibrary+": its count of statements is missing", "folder", s.binaries.folder)
		libraries, offset = "", s.logSize()
		conn, err = s.startPostgres(ctx, libraries, offset)
	}
	if err != nil {
		return err
	}
	go s.watch(offset)
	if err := errors.Join(s.ensureDatabase(ctx, conn, libraries), conn.Close(ctx)); err != nil {
		return err
	}
	s.logger.Info("Postgres runs", "version", s.binaries.version, "pid", s.process.cmd.Process.Pid, "data", s.place.data())
	return writeFile(s.place.urlFile(), s.URL()+"\n", 0o600)
}

// startPostgres starts Postgres and returns the first connection to it.
func (s *Server) startPostgres(ctx context.Context, libraries string, offset int64) (*pgx.Conn, error) {
	proc, err := launch(s.place, s.log, s.dataLock, s.removable(), s.binaries.program("postgres"), s.arguments(libraries)...)
	if err != nil {
		return nil, err
	}
	for {
		// While Postgres starts or recovers it refuses; any other cause shows as its end, or as ours.
		conn, connectErr := pgx.Connect(ctx, s.socketURL("postgres"))
		if connectErr == nil {
			s.process = proc
			return conn, nil
		}
		select {
		case <-proc.done:
			return nil, s.exited("Postgres", proc, offset)
		case <-ctx.Done():
			return nil, errors.Join(fmt.Errorf("%w (%w)", context.Cause(ctx), connectErr), proc.stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// watch tells of the end of Postgres.
func (s *Server) watch(offset int64) {
	<-s.process.done
	if !s.stopping.Load() {
		s.err = s.exited("Postgres", s.process, offset)
		s.logger.Error("Postgres ended by itself", "error", s.err)
	}
	close(s.done)
}

// ensureDatabase makes what a cluster of ours has in it. A start that was killed half way is completed by the next.
func (s *Server) ensureDatabase(ctx context.Context, conn *pgx.Conn, libraries string) error {
	var exists bool
	err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", databaseName).Scan(&exists)
	if err != nil {
		return err
	}
	if !exists {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+databaseName); err != nil {
			return err
		}
	}
	if libraries == statementsLibrary {
		if err := s.ensureStatements(ctx); err != nil {
			return err
		}
	}
	if s.config.Port != 0 {
		return s.ensurePassword(ctx, conn)
	}
	return nil
}

func (s *Server) ensureStatements(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	var available bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = $1)", statementsLibrary).Scan(&available)
	if err == nil && available {
		_, err = conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS "+statementsLibrary)
	}
	return errors.Join(err, conn.Close(ctx))
}

// ensurePassword gives the role the password that the file for other programs holds, making one on the first start.
func (s *Server) ensurePassword(ctx context.Context, conn *pgx.Conn) error {
	password := rand.Text()
	content, err := os.ReadFile(s.place.loopbackFile())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if address, err := url.Parse(strings.TrimSpace(string(content))); err == nil && address.User != nil {
		if kept, ok := address.User.Password(); ok {
			password = kept
		}
	}
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword(roleName, password),
		Host: loopback + ":" + strconv.Itoa(s.config.Port), Path: "/" + databaseName,
	}
	if err := writeFile(s.place.loopbackFile(), address.String()+"\n", 0o600); err != nil {
		return err
	}
	// Statements are counted with their text; this one must not be.
	if _, err := conn.Exec(ctx, "SET "+statementsLibrary+".track_utility = off"); err != nil {
		return err
	}
	// ALTER ROLE takes no parameters; quoted by Postgres itself.
	var quoted string
	if err := conn.QueryRow(ctx, "SELECT quote_literal($1::text)", password).Scan(&quoted); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "ALTER ROLE "+roleName+" PASSWORD "+quoted); err != nil {
		return err
	}
	s.logger.Info("Postgres listens on loopback too", "port", s.config.Port, "address in", s.place.loopbackFile())
	return nil
}
