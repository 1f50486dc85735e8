package postgres

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// oldestMajor is the oldest version that is used. Older ones are past the end of their support.
const oldestMajor = 14

// fetchedPrefix begins the name of a folder with fetched binaries. The version follows.
const fetchedPrefix = "postgres-"

// usualFolders are where packages put the programs of Postgres when they do not put them into PATH.
var usualFolders = []string{
	"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                   // postgresql.org's RPMs
	"/usr/lib/postgresql*/bin",                           // SUSE
	"/usr/libexec/postgresql*",                           // Alpine
	"/opt/homebrew/opt/postgresql*/bin",                  // Homebrew, Apple silicon
	"/usr/local/opt/postgresql*/bin",                     // Homebrew, Intel
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",     // Homebrew, Linux
	"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	"/Library/PostgreSQL/*/bin",                          // EDB's installer
	"/usr/local/pgsql/bin",                               // make install
}

// binaries are the programs of one installation.
type binaries struct {
	folder  string
	major   int
	version string // as Postgres says it: "18.4", "15.18 (Debian 15.18-0+deb12u1)"
}

func (b binaries) program(name string) string { return filepath.Join(b.folder, name) }

// search says where to look for binaries, in the order of preference.
type search struct {
	path    string   // as the variable PATH
	folders []string // patterns
	fetched []string // folders with postgres-<version>/ in them
}

// usualSearch is where a server looks that has its data in home. other is another Dir that binaries were fetched for.
func usualSearch(home, other string) search {
	where := search{path: os.Getenv("PATH"), folders: usualFolders, fetched: []string{home}}
	if other != "" {
		if p, err := findPlace(other); err == nil {
			where.fetched = append(where.fetched, p.home)
		}
	}
	return where
}

// find returns every usable installation: of PATH, then of the system's folders, then the fetched ones, each newest
// first. Usable means that the account can run it.
func (s search) find(ctx context.Context, who account) []binaries {
	var found []binaries
	seen := map[string]bool{}
	groups := [][]string{filepath.SplitList(s.path), glob(s.folders...)}
	for _, folder := range s.fetched {
		groups = append(groups, glob(filepath.Join(escape(folder), fetchedPrefix+"*", "bin")))
	}
	for _, group := range groups {
		var members []binaries
		for _, folder := range group {
			// The link in PATH (Homebrew, Nix) and the folder it leads to are one installation.
			real, err := filepath.EvalSymlinks(filepath.Join(folder, "postgres"))
			if err != nil || seen[real] || !filepath.IsAbs(folder) {
				continue
			}
			seen[real] = true
			if b, ok := probe(ctx, who, folder); ok {
				members = append(members, b)
			}
		}
		slices.SortStableFunc(members, func(a, b binaries) int { return cmp.Compare(b.major, a.major) })
		found = append(found, members...)
	}
	return found
}

func glob(patterns ...string) []string {
	var folders []string
	for _, pattern := range patterns {
		// The only error is a malformed pattern: a folder whose name looks like one holds nothing for us.
		matches, err := filepath.Glob(pattern)
		if err == nil {
			folders = append(folders, matches...)
		}
	}
	return folders
}

// versionLine is what postgres --version prints: "postgres (PostgreSQL) 18.4", "postgres (PostgreSQL) 19beta1".
var versionLine = regexp.MustCompile(`^postgres \(.*?\) ((\d+)\S*.*)\n`)

// probe asks an installation for its version, as the account: one whose libraries are missing, or that the account cannot
// reach, does not answer.
func probe(ctx context.Context, who account, folder string) (binaries, bool) {
	if _, err := os.Stat(filepath.Join(folder, "initdb")); err != nil {
		return binaries{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(folder, "postgres"), "--version")
	cmd.Dir, cmd.Env, cmd.SysProcAttr = "/", environment(), who.attributes()
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Run(); err != nil {
		return binaries{}, false
	}
	match := versionLine.FindSubmatch(out.Bytes())
	if match == nil {
		return binaries{}, false
	}
	major, err := strconv.Atoi(string(match[2]))
	if err != nil || major < oldestMajor {
		return binaries{}, false
	}
	return binaries{folder: folder, major: major, version: string(match[1])}, true
}

// Installed describes the Postgres that a server with its data in dir would use. Fails with ErrNoBinaries or, when the
// data is of another major version than what is installed, with a *VersionError.
func Installed(ctx context.Context, dir string) (string, error) {
	p, err := makePlace(dir)
	if err != nil {
		return "", err
	}
	b, err := usualSearch(p.home, "").choose(ctx, p)
	if err != nil {
		return "", err
	}
	return "Postgres " + b.version + " in " + b.folder, nil
}

// FetchedFolder is where binaries of a version go that were fetched for dir, in a form that a server in dir finds.
func FetchedFolder(dir, version string) (string, error) {
	p, err := makePlace(dir)
	if err != nil {
		return "", err
	}
	return filepath.Join(p.home, fetchedPrefix+version), nil
}

// choose finds the installation to use in a place.
func (s search) choose(ctx context.Context, p place) (binaries, error) {
	found := s.find(ctx, p.account)
	if ctx.Err() != nil {
		// What did not answer may be there.
		return binaries{}, context.Cause(ctx)
	}
	return choose(found, p.data())
}

// choose picks the installation for a data folder: the first, or for data that is there already the first of its major.
func choose(found []binaries, dataFolder string) (binaries, error) {
	major, err := majorOf(dataFolder)
	if err != nil {
		return binaries{}, err
	}
	if major == 0 {
		if len(found) == 0 {
			return binaries{}, fmt.Errorf("%w: %s", ErrNoBinaries, InstallAdvice())
		}
		return found[0], nil
	}
	versionErr := &VersionError{Folder: dataFolder, Major: major}
	for _, b := range found {
		if b.major == major {
			return b, nil
		}
		if !slices.Contains(versionErr.Installed, b.major) {
			versionErr.Installed = append(versionErr.Installed, b.major)
		}
	}
	slices.SortFunc(versionErr.Installed, func(a, b int) int { return cmp.Compare(b, a) })
	return binaries{}, versionErr
}
