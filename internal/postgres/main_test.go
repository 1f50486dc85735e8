package postgres

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// serveVariable makes the test binary a server: it starts Postgres in the folder that it names, prints the address, and
// stops when its standard input ends. joinVariable makes it a command that joins the server there.
const (
	serveVariable     = "CLUMPQL_TEST_SERVE"
	joinVariable      = "CLUMPQL_TEST_JOIN"
	temporaryVariable = "CLUMPQL_TEST_TEMPORARY" // set: a Temporary one
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveVariable); dir != "" {
		exit(serve(dir))
	}
	if dir := os.Getenv(joinVariable); dir != "" {
		address, err := Join(context.Background(), Config{Dir: dir})
		fmt.Println(address)
		exit(err)
	}
	os.Exit(m.Run())
}

func exit(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(dir string) error {
	server, err := Start(context.Background(), Config{Dir: dir, Temporary: os.Getenv(temporaryVariable) != ""})
	if err != nil {
		return err
	}
	fmt.Println(server.URL())
	_, err = io.Copy(io.Discard, os.Stdin)
	if err != nil {
		return err
	}
	return server.Stop()
}

// child is a server in a process of its own.
type child struct {
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	out     *bufio.Reader
	address string
}

// startChild starts a server as another process, and as another user unless uid is 0, without waiting for it.
func startChild(t *testing.T, dir string, uid int, env ...string) *child {
	t.Helper()
	c := &child{cmd: exec.Command(testBinary(t))}
	c.cmd.Env = append(append(os.Environ(), serveVariable+"="+dir), env...)
	c.cmd.Dir = "/"
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if uid != 0 {
		c.cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}
	}
	var err error
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.kill()
		eventually(t, "Postgres leaves the folder that goes next", func() bool { return len(processesOf(t, filepath.Join(dir, "data"))) == 0 })
	})
	return c
}

// ready waits until the child's Postgres answers.
func (c *child) ready(t *testing.T) *child {
	t.Helper()
	line, err := c.out.ReadString('\n')
	c.address = strings.TrimSpace(line)
	if err != nil || !strings.HasPrefix(c.address, "postgres://") {
		rest, _ := io.ReadAll(c.out)
		t.Fatalf("the server did not start: %s%s", line, rest)
	}
	return c
}

// kill is kill -9 of the server and of its whole process group. Killing it twice does nothing.
func (c *child) kill() {
	if c.cmd.ProcessState == nil {
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
		_ = c.cmd.Wait()
	}
}

// testBinary returns a copy of this binary that every user can run: go test keeps its own in a private folder.
func testBinary(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(newFolder(t), "server")
	// Written here, it could still be open in a child that another test has just forked, and then it would not run: text file busy.
	if out, err := exec.CommandContext(t.Context(), "cp", self, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// newFolder is like t.TempDir, whose parent nobody else can enter, but every user can pass this one.
func newFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "clumpql-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// mustStart starts a server that the end of the test stops, and that must leave no process behind.
func mustStart(t *testing.T, config Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		// The watcher hears of the end of Postgres just after Stop does.
		eventually(t, "no process is left after Stop", func() bool { return len(processesOf(t, s.place.data())) == 0 })
	})
	return s
}

func mustStop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
}

// query runs statements on a connection of its own and returns the one value of the last.
func query(t *testing.T, address string, statements ...string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var value string
	for _, statement := range statements {
		results, err := conn.PgConn().Exec(t.Context(), statement).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
		for _, result := range results {
			if len(result.Rows) > 0 {
				value = string(result.Rows[0][0])
			}
		}
	}
	return value
}

// eventually waits until a condition outside this process holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// processesOf lists the processes that work on a data folder, as the operating system shows them.
func processesOf(t *testing.T, dataFolder string) []string {
	t.Helper()
	var found []string
	if runtime.GOOS != "linux" {
		out, err := exec.Command("ps", "-axo", "pid=,command=").Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, dataFolder) {
				found = append(found, line)
			}
		}
		return found
	}
	processes, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, process := range processes {
		// A process that has ended meanwhile has neither.
		folder, _ := os.Readlink(filepath.Join(process, "cwd"))
		command, _ := os.ReadFile(filepath.Join(process, "cmdline"))
		if folder == dataFolder || strings.Contains(string(command), dataFolder) {
			found = append(found, process+" "+strings.ReplaceAll(string(command), "\x00", " "))
		}
	}
	return found
}
