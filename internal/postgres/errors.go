package postgres

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var (
	// ErrRunning says that another server has the folder. The text around it names the process and the folder.
	ErrRunning = errors.New("another server is running")

	// ErrNotRunning says that no server runs in the folder, so there is nothing to join.
	ErrNotRunning = errors.New("no server is running")

	// ErrNoBinaries says that this machine has no Postgres that could be started. The text around it says what to install.
	ErrNoBinaries = errors.New("no Postgres is installed")
)

// VersionError says that the data folder was made by a major version of Postgres that is not installed.
// The folder is as it was.
type VersionError struct {
	Folder    string // the data folder
	Major     int    // the version that made it
	Installed []int  // the versions that are installed, newest first
}

func (e *VersionError) Error() string {
	found := "no Postgres is installed"
	if len(e.Installed) > 0 {
		majors := make([]string, len(e.Installed))
		for i, major := range e.Installed {
			majors[i] = strconv.Itoa(major)
		}
		found = "only Postgres " + strings.Join(majors, ", ") + " is installed"
	}
	return fmt.Sprintf("the data in %s is of Postgres %d, but %s: install Postgres %d (%s), or move the folder away to begin with an empty one",
		e.Folder, e.Major, found, e.Major, installLine(e.Major))
}

// exitError says that Postgres ended by itself, with the last lines of its log.
type exitError struct {
	reason string
	file   string
	lines  string
}

func (e *exitError) Error() string {
	if e.lines == "" {
		return fmt.Sprintf("%s (its log is %s)", e.reason, e.file)
	}
	return fmt.Sprintf("%s; the last lines of %s:\n%s", e.reason, e.file, e.lines)
}
