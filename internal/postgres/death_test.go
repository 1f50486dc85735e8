package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A server that is killed leaves no process, and what it has acknowledged is there at the next start.
func TestServer_killed_leavesNoProcess(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	c := startChild(t, dir, 0).ready(t)
	data := filepath.Join(dir, "data")
	if len(processesOf(t, data)) == 0 {
		t.Fatal("no process of Postgres is seen while it runs: the test would prove nothing")
	}
	query(t, c.address, "CREATE TABLE kept (id int)", "INSERT INTO kept SELECT generate_series(1, 1000)")
	c.kill()
	eventually(t, "all processes of Postgres end", func() bool { return len(processesOf(t, data)) == 0 })
	s := mustStart(t, Config{Dir: dir})
	if got := query(t, s.URL(), "SELECT count(*) FROM kept"); got != "1000" {
		t.Errorf("%s rows after the kill, want 1000", got)
	}
}

// The next start does not wait for the end of the last Postgres to begin, but to be over.
func TestServer_killed_nextStartAtOnce(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	c := startChild(t, dir, 0).ready(t)
	query(t, c.address, "CREATE TABLE kept (id int)")
	for i := range 3 {
		query(t, c.address, fmt.Sprintf("INSERT INTO kept VALUES (%d)", i))
		c.kill()
		c = startChild(t, dir, 0).ready(t)
		if got := query(t, c.address, "SELECT count(*) FROM kept"); got != strconv.Itoa(i+1) {
			t.Fatalf("%s rows after kill %d, want %d", got, i+1, i+1)
		}
	}
}

// Should the watcher be killed too, the next start stops the Postgres that nobody owns.
func TestServer_watcherKilledToo_nextStartStopsOrphan(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	c := startChild(t, dir, 0).ready(t)
	query(t, c.address, "CREATE TABLE kept (id int)")
	data := filepath.Join(dir, "data")
	orphan := pidIn(filepath.Join(data, "postmaster.pid"))
	for _, process := range processesOf(t, data) {
		if strings.Contains(process, "clumpql-guard") {
			pid, err := strconv.Atoi(filepath.Base(strings.Fields(process)[0]))
			if err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.kill()
	if err := syscall.Kill(orphan, 0); err != nil {
		t.Fatalf("Postgres is gone (%v): the test would prove nothing", err)
	}
	s := mustStart(t, Config{Dir: dir})
	if s.process.cmd.Process.Pid == orphan {
		t.Error("the orphan is still there")
	}
	query(t, s.URL(), "INSERT INTO kept VALUES (1)")
}

// A crash of the whole machine: Postgres dies with its watcher, and its files stay.
func TestStart_staleFiles(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	s := mustStart(t, Config{Dir: dir})
	query(t, s.URL(), "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
	pidFile, socketLock := readFile(t, s.place.pidFile()), readFile(t, socketPath(s.socketFolder, defaultPort)+".lock")
	mustStop(t, s)

	// The process ids in the files are those of another program by now, of the user that Postgres runs as.
	sleeper := exec.Command("sleep", "1000")
	sleeper.SysProcAttr = s.place.account.attributes()
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = sleeper.Process.Kill()
		_ = sleeper.Wait()
	})
	pid := strconv.Itoa(sleeper.Process.Pid)
	stale := func(content string) string {
		_, rest, _ := strings.Cut(content, "\n")
		return pid + "\n" + rest + "\n"
	}
	for path, content := range map[string]string{
		s.place.pidFile(): stale(pidFile),
		socketPath(s.place.run(), defaultPort) + ".lock": stale(socketLock),
		s.place.lockFile(): pid + "\n",
		s.place.urlFile():  s.URL() + "\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.place.account.own(path); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Join(t.Context(), Config{Dir: dir}); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Join beside stale files: %v, want ErrNotRunning", err)
	}
	s = mustStart(t, Config{Dir: dir})
	if got := query(t, s.URL(), "SELECT id FROM kept"); got != "7" {
		t.Errorf("after stale files: %q, want the row", got)
	}
	if err := syscall.Kill(sleeper.Process.Pid, 0); err != nil {
		t.Errorf("the other program: %v", err)
	}
}

func TestStart_initdbKilled_beginsAnew(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	c := startChild(t, dir, 0)
	eventually(t, "initdb writes", func() bool { return len(glob(filepath.Join(dir, "initdb-*", "base"))) > 0 })
	c.kill()
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil && len(glob(filepath.Join(dir, "initdb-*"))) > 0 {
		t.Error("a half made data folder has its name")
	}
	s := mustStart(t, Config{Dir: dir})
	if left := glob(filepath.Join(dir, "initdb-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	query(t, s.URL(), "CREATE TABLE kept (id int)")
}

func TestServer_temporary_goesWithItsProcess(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(newFolder(t), "cluster")
	s := mustStart(t, Config{Dir: dir, Temporary: true})
	mustStop(t, s)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder after Stop: %v", err)
	}

	parent := newFolder(t)
	// As in a temporary folder, the account may remove there what it owns.
	if err := os.Chmod(parent, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(parent, "cluster")
	c := startChild(t, dir, 0, temporaryVariable+"=1").ready(t)
	c.kill()
	eventually(t, "the folder goes", func() bool {
		_, err := os.Stat(dir)
		return errors.Is(err, os.ErrNotExist)
	})
}
