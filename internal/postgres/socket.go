package postgres

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxSocketPath is the longest path of a Unix socket that every system takes: 107 bytes on Linux, 103 on macOS and BSD.
const maxSocketPath = 103

const shortFolderPrefix = "clumpql-"

// chooseSocketFolder decides where the socket is: in run, or in a short private folder of the system's temporary one when
// the path would be too long. That one is noted in the place, so that the next start can remove what a kill left.
func (s *Server) chooseSocketFolder() error {
	if err := removeShortFolder(s.place); err != nil {
		return err
	}
	if socketFits(s.place.run(), s.port()) {
		s.socketFolder = s.place.run()
		return emptyFolder(s.socketFolder)
	}
	for _, parent := range []string{os.TempDir(), "/tmp"} {
		folder, err := os.MkdirTemp(parent, shortFolderPrefix)
		if err != nil {
			return err
		}
		reached, err := s.place.account.reaches(parent)
		if err == nil && reached && socketFits(folder, s.port()) {
			s.socketFolder = folder
			return errors.Join(s.place.account.makeFolder(folder), writeFile(s.place.socketFile(), folder+"\n", 0o600))
		}
		if err := errors.Join(err, os.Remove(folder)); err != nil {
			return err
		}
	}
	return errors.New("the path of the socket would be too long in " + s.place.run() + " and in every temporary folder: choose a shorter folder")
}

// socketFits tells whether a socket can be in the folder. A comma would separate two folders in a URL.
func socketFits(folder string, port int) bool {
	return len(socketPath(folder, port)) <= maxSocketPath && !strings.ContainsAny(folder, `,"`)
}

func socketPath(folder string, port int) string {
	return filepath.Join(folder, ".s.PGSQL."+strconv.Itoa(port))
}

// emptyFolder removes the sockets of an earlier Postgres, and their lock files: those hold a process id that may be
// another program's by now, which would keep Postgres from starting. The caller holds the data lock, so no Postgres of
// this place is alive.
func emptyFolder(folder string) error {
	files, err := filepath.Glob(filepath.Join(escape(folder), ".s.PGSQL.*"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

// removeShortFolder removes the folder that was noted, if it is still the one we made: others may write in the temporary
// folder too.
func removeShortFolder(p place) error {
	note, err := os.ReadFile(p.socketFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	folder := strings.TrimSpace(string(note))
	info, err := os.Lstat(folder)
	if err == nil && info.IsDir() && info.Mode().Perm() == 0o700 && strings.HasPrefix(filepath.Base(folder), shortFolderPrefix) {
		if uid, _, err := ownerOf(folder); err == nil && uid == p.account.owner() {
			if err := errors.Join(emptyFolder(folder), os.Remove(folder)); err != nil {
				return err
			}
		}
	}
	return os.Remove(p.socketFile())
}

// socketURL is the address of a database of ours over the socket.
func (s *Server) socketURL(database string) string {
	query := url.Values{"host": {s.socketFolder}, "port": {strconv.Itoa(s.port())}}
	address := url.URL{Scheme: "postgres", User: url.User(roleName), Path: "/" + database, RawQuery: query.Encode()}
	return address.String()
}
