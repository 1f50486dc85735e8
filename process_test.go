package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// asProgram tells the test binary that it is to be clumpql itself. So the program under test is a process of its own, built
// with the race detector when the tests are.
const asProgram = "CLUMPQL_TEST_AS_PROGRAM"

// patience bounds every wait for a process. It is far longer than anything should take on a busy machine.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program prepares a run of clumpql without the configuration of whoever runs the tests.
func program(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, os.Args[0], args...)
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "CLUMPQL_") && !strings.HasPrefix(variable, "DATABASE_URL=") {
			command.Env = append(command.Env, variable)
		}
	}
	command.Env = append(command.Env, asProgram+"=1")
	return command
}

// ended is what a run left.
type ended struct {
	args           []string
	code           int
	stdout, stderr string
}

// runProgram runs a command to its end.
func runProgram(t *testing.T, args ...string) ended {
	t.Helper()
	return runInterrupted(t, nil, args...)
}

// runInterrupted runs a command to its end, which it brings about with SIGINT as soon as when is true. Nil: never.
func runInterrupted(t *testing.T, when func() bool, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	command := program(ctx, args...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Start()
	if err == nil && when != nil {
		waitUntil(t, "the moment to interrupt "+strings.Join(args, " "), when)
		err = command.Process.Signal(os.Interrupt)
	}
	if err == nil {
		err = command.Wait()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("clumpql %s: %v", strings.Join(args, " "), err)
	}
	if ctx.Err() != nil {
		t.Fatalf("clumpql %s: did not end:\n%s", strings.Join(args, " "), stderr.String())
	}
	return ended{args: args, code: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

func (e ended) succeeded(t *testing.T) {
	t.Helper()
	if e.code != 0 {
		t.Fatalf("clumpql %s: exit code %d\n%s%s", strings.Join(e.args, " "), e.code, e.stdout, e.stderr)
	}
}

// failedWith checks the form of a failure: exit code 1 and one line, beside the log, that says what is wrong.
func (e ended) failedWith(t *testing.T, want string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(e.stderr) {
		if !strings.HasPrefix(line, "time=") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	if e.code != 1 || len(lines) != 1 || !strings.HasPrefix(lines[0], "clumpql: ") || !strings.Contains(lines[0], want) {
		t.Errorf("clumpql %s: exit code %d and %d lines, want 1 and one line with %q:\n%s", strings.Join(e.args, " "), e.code, len(lines), want, e.stderr)
	}
}

// process is a server that runs.
type process struct {
	command *exec.Cmd
	url     string
	exited  chan int // gets the exit code, -1 when it was killed

	mu    sync.Mutex // guards lines
	lines []string
}

// startServer starts a server on a free port and waits until it listens. It is killed when the test ends, if it still runs then.
func startServer(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{
		command: program(context.WithoutCancel(t.Context()), append([]string{"serve", anyPort, "--log-format=json"}, args...)...),
		exited:  make(chan int, 1),
	}
	stderr, err := p.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	address, finished := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(finished)
		p.read(stderr, address)
		_ = p.command.Wait() // the exit code says it all
		p.exited <- p.command.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // fails when it has ended, as it should
		<-finished
	})
	select {
	case p.url = <-address:
	case <-finished:
		t.Fatalf("the server ended:\n%s", p.log())
	case <-time.After(patience):
		t.Fatalf("the server does not listen:\n%s", p.log())
	}
	return p
}

// read keeps the log and picks the server's URL from it.
func (p *process) read(stderr io.Reader, address chan<- string) {
	for scanner := bufio.NewScanner(stderr); scanner.Scan(); {
		p.mu.Lock()
		p.lines = append(p.lines, scanner.Text())
		p.mu.Unlock()
		var entry struct{ Msg, URL string }
		if json.Unmarshal(scanner.Bytes(), &entry) == nil && entry.Msg == "listening" {
			address <- entry.URL
		}
	}
}

func (p *process) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

func (p *process) lastLine() string {
	log := p.log()
	return log[strings.LastIndex(log, "\n")+1:]
}

// stop sends the signal and returns the exit code.
func (p *process) stop(t *testing.T, signal os.Signal) int {
	t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-p.exited:
		return code
	case <-time.After(patience):
		t.Fatalf("the server does not end after %s:\n%s", signal, p.log())
		return -1
	}
}

func (p *process) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(content)
}

// query sends a request that must succeed, and decodes the answer's data into data unless that is nil.
func (p *process) query(t *testing.T, query string, data any) {
	t.Helper()
	if err := p.send(query, data); err != nil {
		t.Fatalf("%s: %v\n%s", query, err, p.log())
	}
}

func (p *process) send(query string, data any) error {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	content := struct {
		Data   any
		Errors []struct{ Message string }
	}{Data: data}
	if err := json.NewDecoder(answer.Body).Decode(&content); err != nil {
		return err
	}
	if len(content.Errors) > 0 || answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d, errors %v", answer.StatusCode, content.Errors)
	}
	return nil
}

// statuses asks for transfers by "payer/id". What does not exist is not in the result.
func (p *process) statuses(t *testing.T, keys []string) map[string]string {
	t.Helper()
	var query strings.Builder
	for i, key := range keys {
		from, id, _ := strings.Cut(key, "/")
		fmt.Fprintf(&query, "t%d: transfer(fromUserId: %q, id: %q) {status}\n", i, from, id)
	}
	var answer map[string]*struct{ Status string }
	p.query(t, "{"+query.String()+"}", &answer)
	found := map[string]string{}
	for i, key := range keys {
		if transfer := answer[fmt.Sprintf("t%d", i)]; transfer != nil {
			found[key] = transfer.Status
		}
	}
	return found
}

// postmaster returns the process id of the private Postgres in dir.
func (p *process) postmaster(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// alive tells whether a process runs. One that has ended and that nobody has waited for does not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err != nil || !strings.HasPrefix(strings.TrimSpace(string(state)), "Z")
}

// waitUntil polls for something that another process does unasked, and fails the test when it never does.
func waitUntil(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for !done() {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatalf("not so: %s", what)
		}
	}
}

// newDataDir returns a folder that Postgres' own user can reach, which t.TempDir's is not when root runs the tests. It goes when the test
// ends and the last process of its Postgres is gone: one whose server was killed writes for a moment more.
func newDataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "clumpql-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		waitUntil(t, "Postgres leaves "+dir, func() bool { return !dataLocked(t, dir) })
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // it holds nothing else
		t.Fatal(err)
	}
	return dir
}

// dataLocked tells whether a process of the private Postgres in dir is alive: each holds the lock of the data.
func dataLocked(t *testing.T, dir string) bool {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "data.lock"))
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil
}
