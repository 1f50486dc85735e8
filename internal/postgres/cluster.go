package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	roleName     = "clumpql" // the superuser
	databaseName = "clumpql"
)

// majorOf reads which version made a data folder. 0: there is none yet.
func majorOf(dataFolder string) (int, error) {
	content, err := os.ReadFile(filepath.Join(dataFolder, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(dataFolder)
		if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		return 0, fmt.Errorf("%s is not empty and not a data folder of Postgres: move it away", dataFolder)
	}
	if err != nil {
		return 0, err
	}
	// Before version 10 the major had two parts ("9.6").
	text, _, _ := strings.Cut(strings.TrimSpace(string(content)), ".")
	major, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%s/PG_VERSION: %q is not a version", dataFolder, text)
	}
	return major, nil
}

// ensureCluster makes the data folder when it is not there. It is made under another name and renamed when it is whole and
// on the disk, so one that is there is never half made. The caller holds the data lock.
func (s *Server) ensureCluster(ctx context.Context) error {
	if err := s.place.account.makeFolder(s.place.run()); err != nil {
		return err
	}
	half, err := filepath.Glob(filepath.Join(escape(s.place.home), "initdb-*"))
	if err != nil {
		return err
	}
	for _, folder := range half {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	major, err := majorOf(s.place.data())
	if err != nil {
		return err
	}
	if major != 0 {
		return s.place.account.ownAll(s.place.data())
	}
	folder, err := os.MkdirTemp(s.place.home, "initdb-")
	if err != nil {
		return err
	}
	if err := s.initialise(ctx, folder); err != nil {
		return errors.Join(fmt.Errorf("make the data folder: %w", err), os.RemoveAll(folder))
	}
	// An empty folder gives way to the rename.
	if err := os.Rename(folder, s.place.data()); err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	return syncFolder(s.place.home)
}

// initialise runs initdb. Text sorts by its bytes, on every machine alike.
func (s *Server) initialise(ctx context.Context, folder string) error {
	if err := s.place.account.own(folder); err != nil {
		return err
	}
	s.logger.Info("making a data folder", "folder", s.place.data(), "postgres", s.binaries.version)
	args := []string{
		"--pgdata", folder, "--username", roleName, "--encoding", "UTF8", "--no-locale", "--data-checksums",
		"--auth-local", "trust", "--auth-host", "reject",
	}
	if s.config.Temporary {
		args = append(args, "--no-sync")
	}
	offset := s.logSize()
	proc, err := launch(s.place, s.log, s.dataLock, s.removable(), s.binaries.program("initdb"), args...)
	if err != nil {
		return err
	}
	if err := proc.wait(ctx); err != nil {
		return errors.Join(err, proc.stop())
	}
	if proc.err != nil {
		return s.exited("initdb", proc, offset)
	}
	return nil
}

// escape makes a path stand for itself in a pattern.
func escape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
