package postgres

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServer_restart_keepsRows(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	s := mustStart(t, Config{Dir: dir})
	query(t, s.URL(), "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)")
	mustStop(t, s)
	mustStop(t, s)
	select {
	case <-s.Done():
	default:
		t.Error("Done is open after Stop")
	}
	if err := s.Err(); err != nil {
		t.Errorf("Err after Stop: %v", err)
	}
	s = mustStart(t, Config{Dir: dir})
	if got := query(t, s.URL(), "SELECT id FROM kept"); got != "7" {
		t.Errorf("after a restart: %q, want the row", got)
	}
}

func TestServer_settings(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{Dir: newFolder(t), Settings: map[string]string{"work_mem": "5MB"}})
	for name, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"listen_addresses": "", "server_encoding": "UTF8", "TimeZone": "UTC", "work_mem": "5MB",
	} {
		if got := query(t, s.URL(), "SHOW "+name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := query(t, s.URL(), "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['ä', 'a', 'B', 'z']) x"); got != "Bazä" {
		t.Errorf("text sorts as %q, want by bytes", got)
	}
}

func TestServer_countsStatements(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{Dir: newFolder(t)})
	if query(t, s.URL(), "SHOW "+librarySetting) == "" {
		t.Log("this Postgres has no " + statementsLibrary + "; Start carried on without")
		return
	}
	got := query(t, s.URL(), "SELECT 41 + 1", "SELECT 41 + 1", "SELECT calls FROM pg_stat_statements WHERE query = 'SELECT $1 + $2'")
	if got != "2" {
		t.Errorf("counted %q calls, want 2", got)
	}
}

func TestServer_libraryMissing_carriesOn(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	s := mustStart(t, Config{Dir: dir})
	bin := s.binaries
	mustStop(t, s)

	// An installation whose postgres refuses the library, in the words of the real one.
	folder := newFolder(t)
	script := "#!/bin/sh\ncase \"$*\" in *libraries=pg_stat*) echo 'FATAL:  could not access file \"pg_stat_statements\": No such file or directory'; exit 1;; esac\nexec " + bin.program("postgres") + ` "$@"` + "\n"
	writeProgram(t, folder, "postgres", script)
	writeProgram(t, folder, "initdb", "#!/bin/sh\nexit 1\n")
	p, err := makePlace(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err = start(t.Context(), Config{Dir: dir}, p, search{path: folder})
	if err != nil {
		t.Fatal(err)
	}
	if got := query(t, s.URL(), "SHOW "+librarySetting); got != "" {
		t.Errorf("%s is %q", librarySetting, got)
	}
	mustStop(t, s)
}

func TestServer_socketIsPrivate(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{Dir: newFolder(t)})
	for path, want := range map[string]os.FileMode{s.place.run(): 0o700, s.place.data(): 0o700, s.place.logFile(): 0o600, s.place.urlFile(): 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestServer_port_needsPassword(t *testing.T) {
	t.Parallel()
	dir, port := newFolder(t), freePort(t)
	s := mustStart(t, Config{Dir: dir, Port: port})
	if got := query(t, s.URL(), "SELECT 1"); got != "1" {
		t.Error("the socket does not answer")
	}
	address := readFile(t, s.place.loopbackFile())
	info, err := os.Stat(s.place.loopbackFile())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the password's file: %v, %v", info.Mode(), err)
	}
	if got := query(t, address, "SELECT host(inet_server_addr())"); got != loopback {
		t.Errorf("listens on %q", got)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if query(t, s.URL(), "SHOW "+librarySetting) != "" &&
		query(t, s.URL(), "SELECT count(*) FROM pg_stat_statements WHERE query LIKE 'ALTER ROLE%'") != "0" {
		t.Error("the password is among the statements")
	}
	u.User = url.UserPassword(roleName, "wrong")
	if conn, err := pgx.Connect(t.Context(), u.String()); err == nil {
		conn.Close(t.Context())
		t.Error("a wrong password was let in")
	}
	mustStop(t, s)
	mustStart(t, Config{Dir: dir, Port: port})
	if got := readFile(t, s.place.loopbackFile()); got != address {
		t.Error("the password changed at a restart")
	}
}

func TestServer_portTaken_saysSo(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	s, err := Start(t.Context(), Config{Dir: newFolder(t), Port: listener.Addr().(*net.TCPAddr).Port})
	if err == nil {
		mustStop(t, s)
		t.Fatal("started on a port that is taken")
	}
	if !strings.Contains(err.Error(), "Address already in use") || !strings.Contains(err.Error(), "postgres.log") {
		t.Errorf("%v: want the last lines of the log, and its name", err)
	}
}

func TestServer_postgresDies_tells(t *testing.T) {
	t.Parallel()
	s := mustStart(t, Config{Dir: newFolder(t)})
	if err := syscall.Kill(s.process.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.Done():
	case <-t.Context().Done():
	}
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "signal: killed") {
		t.Errorf("Err is %v, want how it ended", err)
	}
	eventually(t, "all of its processes end", func() bool { return len(processesOf(t, s.place.data())) == 0 })
}

func TestStart_canceled_leavesNothing(t *testing.T) {
	t.Parallel()
	dir := newFolder(t)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	p, err := makePlace(dir)
	if err != nil {
		t.Fatal(err)
	}
	// An initdb that never ends on its own.
	folder := newFolder(t)
	writeProgram(t, folder, "postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 18.4'\n")
	writeProgram(t, folder, "initdb", "#!/bin/sh\ntouch \"$2/begun\"\nexec sleep 1000\n")
	failed := make(chan error)
	go func() {
		_, err := start(ctx, Config{Dir: dir}, p, search{path: folder})
		failed <- err
	}()
	eventually(t, "initdb begins", func() bool { return len(glob(filepath.Join(dir, "initdb-*", "begun"))) == 1 })
	cancel(cause)
	if err := <-failed; !errors.Is(err, cause) {
		t.Errorf("Start: %v, want %v", err, cause)
	}
	if left := glob(filepath.Join(dir, "initdb-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	// The locks were given back.
	mustStart(t, Config{Dir: dir})
}

func writeProgram(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o755); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
