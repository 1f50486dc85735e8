package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// elsewhere is where a cluster is kept whose own folder Postgres cannot reach.
const elsewhere = "/var/lib/clumpql"

// place is where the parts of a private Postgres are.
//
// home is dir itself, unless this is root and its unprivileged user cannot reach dir (a checkout under /root). Then home
// is a folder in elsewhere, and the file home in dir holds its path. That folder has a new name for every dir: who
// deletes dir to begin anew gets an empty database and not the old one back.
type place struct {
	dir     string // absolute
	home    string
	account account
}

func (p place) logFile() string      { return filepath.Join(p.dir, "postgres.log") }
func (p place) data() string         { return filepath.Join(p.home, "data") }
func (p place) run() string          { return filepath.Join(p.home, "run") }
func (p place) lockFile() string     { return filepath.Join(p.home, "lock") }
func (p place) dataLockFile() string { return filepath.Join(p.home, "data.lock") }
func (p place) urlFile() string      { return filepath.Join(p.home, "url") }
func (p place) loopbackFile() string { return filepath.Join(p.home, "loopback.url") }
func (p place) accessFile() string   { return filepath.Join(p.home, "pg_hba.conf") }
func (p place) socketFile() string   { return filepath.Join(p.home, "socket") }
func (p place) pidFile() string      { return filepath.Join(p.data(), "postmaster.pid") }

func homeFile(dir string) string { return filepath.Join(dir, "home") }

// makePlace finds the place that belongs to dir, or makes one.
func makePlace(dir string) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return place{}, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return place{}, err
	}
	if os.Geteuid() == 0 {
		// What is inside has modes of its own. Parents are not ours to open.
		if err := letThrough(dir); err != nil {
			return place{}, err
		}
	}
	p, err := findPlace(dir)
	if !errors.Is(err, errNoPlace) {
		return p, err
	}
	home, err := makeHome(dir)
	if err != nil {
		return place{}, err
	}
	return place{dir: dir, home: home, account: p.account}, nil
}

// errNoPlace says that Postgres cannot reach dir, and no other place was made for it yet.
var errNoPlace = errors.New("no place for data yet")

// findPlace finds the place that belongs to dir and makes nothing.
func findPlace(dir string) (place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return place{}, err
	}
	p := place{dir: dir, home: dir}
	pointer, err := os.ReadFile(homeFile(dir))
	switch {
	case err == nil:
		p.home = strings.TrimSpace(string(pointer))
		if _, err := os.Stat(p.home); err != nil {
			return place{}, fmt.Errorf("%w: %s says that the data is there: remove that file to begin with an empty database", err, homeFile(dir))
		}
		p.account, err = chooseAccount(p.data())
		return p, err
	case !errors.Is(err, fs.ErrNotExist):
		return place{}, err
	}
	if p.account, err = chooseAccount(p.data()); err != nil {
		return place{}, err
	}
	reached, err := p.account.reaches(dir)
	if err != nil || reached {
		return p, err
	}
	if _, err := os.Stat(p.data()); err == nil {
		return place{}, fmt.Errorf("user %s, who owns %s, cannot reach it: make every folder above it passable (chmod o+x)", p.account.name, p.data())
	}
	return p, errNoPlace
}

// makeHome makes a folder in elsewhere and points dir to it. When two processes do this at once the first wins.
func makeHome(dir string) (string, error) {
	if err := errors.Join(os.MkdirAll(elsewhere, 0o755), letThrough(elsewhere)); err != nil {
		return "", err
	}
	home, err := os.MkdirTemp(elsewhere, "data-")
	if err != nil {
		return "", err
	}
	err = letThrough(home)
	if err == nil {
		err = writeOnce(filepath.Join(home, "belongs-to"), dir+"\n") // for people
	}
	if err == nil {
		err = writeOnce(homeFile(dir), home+"\n")
	}
	if err == nil {
		return home, nil
	}
	if removeErr := os.RemoveAll(home); removeErr != nil {
		return "", errors.Join(err, removeErr)
	}
	if !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	pointer, err := os.ReadFile(homeFile(dir))
	return strings.TrimSpace(string(pointer)), err
}

// letThrough lets everybody pass a folder of ours, without seeing what is in it.
func letThrough(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	return os.Chmod(folder, info.Mode().Perm()|0o711)
}
