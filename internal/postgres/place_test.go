package postgres

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestStart_folderTaken(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	s := mustStart(t, Config{Dir: dir})
	second, err := Start(t.Context(), Config{Dir: dir})
	if err == nil {
		mustStop(t, second)
	}
	if !errors.Is(err, ErrRunning) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), holder(s.place.lockFile())) {
		t.Errorf("second start: %v, want ErrRunning with folder and process", err)
	}
	if got := query(t, s.URL(), "SELECT 1"); got != "1" {
		t.Error("the first server suffered")
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	if _, err := Join(t.Context(), Config{Dir: filepath.Join(dir, "none")}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("no folder: %v, want ErrNotRunning", err)
	}
	if exists, err := Exists(filepath.Join(dir, "none")); err != nil || exists {
		t.Errorf("no folder: exists %v, error %v", exists, err)
	}
	c := startChild(t, dir, 0)
	eventually(t, "the server has the folder", func() bool {
		locked, err := isLocked(filepath.Join(dir, "lock"))
		return err == nil && locked
	})
	if exists, err := Exists(dir); err != nil || !exists {
		t.Errorf("of a server that starts: exists %v, error %v", exists, err)
	}
	// It is still starting; Join waits for it.
	address, err := Join(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	c.ready(t)
	if address != c.address {
		t.Errorf("joined %s, want %s", address, c.address)
	}
	query(t, address, "SELECT 1")
	c.kill()
	if _, err := Join(t.Context(), Config{Dir: dir}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("after the server's death: %v, want ErrNotRunning", err)
	}
	if exists, err := Exists(dir); err != nil || !exists {
		t.Errorf("after the server's death: exists %v, error %v", exists, err)
	}
}

func TestJoin_otherProcess(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	s := mustStart(t, Config{Dir: dir})
	cmd := exec.Command(testBinary(t))
	cmd.Env = append(os.Environ(), joinVariable+"="+dir)
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != s.URL() {
		t.Errorf("joined %q, %v, want %s", out, err, s.URL())
	}
}

func TestStart_otherMajor_touchesNothing(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	s := mustStart(t, Config{Dir: dir})
	mustStop(t, s)
	if err := os.WriteFile(filepath.Join(dir, "data", "PG_VERSION"), []byte("9.6\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := listing(t, s.place.data())
	_, err := Start(t.Context(), Config{Dir: dir})
	versionErr, ok := errors.AsType[*VersionError](err)
	if !ok {
		t.Fatalf("Start: %v, want a *VersionError", err)
	}
	if versionErr.Major != 9 || !slices.Contains(versionErr.Installed, s.binaries.major) || versionErr.Folder != s.place.data() {
		t.Errorf("%+v", versionErr)
	}
	if !strings.Contains(err.Error(), "install Postgres 9") {
		t.Errorf("%v: does not say what to do", err)
	}
	if after := listing(t, s.place.data()); !slices.Equal(before, after) {
		t.Errorf("the data changed:\n%q\n%q", before, after)
	}
}

func TestStart_foreignFolder_touchesNothing(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "diary.txt"), []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := listing(t, data)
	if _, err := Start(t.Context(), Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "not a data folder") {
		t.Errorf("Start: %v", err)
	}
	if after := listing(t, data); !slices.Equal(before, after) {
		t.Errorf("the folder changed:\n%q\n%q", before, after)
	}
}

func TestStart_longPath(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(newFolder(t), strings.Repeat("long, [very] \"long*", 8), "x")
	s := mustStart(t, Config{Dir: dir})
	short := s.socketFolder
	if short == s.place.run() {
		t.Fatalf("the socket is in %s", short)
	}
	query(t, s.URL(), "CREATE TABLE kept (id int)")
	mustStop(t, s)
	if _, err := os.Stat(short); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s after Stop: %v", short, err)
	}
	// A kill leaves the short folder; the next start removes it.
	c := startChild(t, dir, 0).ready(t)
	left := readFile(t, s.place.socketFile())
	c.kill()
	s = mustStart(t, Config{Dir: dir})
	query(t, s.URL(), "SELECT count(*) FROM kept")
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) && left != s.socketFolder {
		t.Errorf("%s after the next start: %v", left, err)
	}
}

// Root's Postgres runs as somebody else, also where that user cannot go; an ordinary user's as that user, in place.
func TestStart_unreachableFolder(t *testing.T) {
	t.Parallel()
	parent := newFolder(t)
	if err := os.Chmod(parent, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(parent, "checkout", ".clumpql")
	s := mustStart(t, Config{Dir: dir})
	uid, _, err := ownerOf(s.place.data())
	if err != nil {
		t.Fatal(err)
	}
	root := os.Geteuid() == 0
	if root {
		t.Cleanup(func() {
			if err := os.RemoveAll(s.place.home); err != nil {
				t.Error(err)
			}
		})
	}
	if root != (s.place.home != dir) || root != (uid != os.Geteuid()) {
		t.Errorf("data of user %d in %s", uid, s.place.data())
	}
	query(t, s.URL(), "CREATE TABLE kept (id int)")
	if address, err := Join(t.Context(), Config{Dir: dir}); err != nil || address != s.URL() {
		t.Errorf("Join: %q, %v", address, err)
	}
	mustStop(t, s)
	s = mustStart(t, Config{Dir: dir})
	query(t, s.URL(), "INSERT INTO kept VALUES (1)")
	mustStop(t, s)

	// Whoever deletes the folder begins anew.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	again := mustStart(t, Config{Dir: dir})
	if root {
		t.Cleanup(func() {
			mustStop(t, again)
			if err := os.RemoveAll(again.place.home); err != nil {
				t.Error(err)
			}
		})
	}
	if got := query(t, again.URL(), "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'"); got != "0" {
		t.Error("the deleted database is back")
	}
}

// The data of an ordinary user stays that user's when root starts a server on it.
func TestStart_rootAfterUser(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	uid := 0
	if os.Geteuid() == 0 {
		uid = 65534
		if err := os.Chown(dir, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
	c := startChild(t, dir, uid).ready(t)
	query(t, c.address, "CREATE TABLE kept (id int)")
	c.kill()
	s := mustStart(t, Config{Dir: dir})
	query(t, s.URL(), "INSERT INTO kept VALUES (1)")
	if owner, _, err := ownerOf(s.place.data()); err != nil || uid != 0 && owner != uid {
		t.Errorf("the data is user %d's, %v", owner, err)
	}
}

// listing describes every file of a folder: name, mode, size, time of change.
func listing(t *testing.T, folder string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content := ""
		if info.Mode().IsRegular() {
			content = readFile(t, path)
		}
		files = append(files, strings.Join([]string{path, info.Mode().String(), info.ModTime().String(), content}, " "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
