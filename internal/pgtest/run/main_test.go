package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// mainVariable makes the test binary the command itself.
const mainVariable = "CLUMPQL_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		main()
	}
	os.Exit(m.Run())
}

// command is run with these arguments, and with no cluster unless env names one.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(append(os.Environ(), mainVariable+"=1", pgtest.Env+"="), env...)
	return cmd
}

func TestRun_givesClusterAndPassesCode(t *testing.T) {
	script := `case "$CLUMPQL_TEST_POSTGRES" in postgres://*) echo "$CLUMPQL_TEST_POSTGRES"; exit 7;; esac`
	cmd := command(t, nil, "--", "sh", "-c", script)
	out, err := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Fatalf("code %d, %v, want that of the command", code, err)
	}
	folder := clusterFolder(t, string(out))
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s after the run: %v", folder, err)
	}
}

func TestRun_signal_reachesCommand(t *testing.T) {
	cmd := command(t, nil, "sh", "-c", `trap 'exit 9' TERM; echo "$CLUMPQL_TEST_POSTGRES"; while :; do sleep 0.05; done`)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 9 {
		t.Errorf("%v, want the code of the command's trap", err)
	}
	folder := clusterFolder(t, line)
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s after the signal: %v", folder, err)
	}
}

func TestRun_clusterGiven_isUsed(t *testing.T) {
	out, err := command(t, []string{pgtest.Env + "=postgres://given"}, "--", "sh", "-c", `echo "$CLUMPQL_TEST_POSTGRES"`).Output()
	if err != nil || strings.TrimSpace(string(out)) != "postgres://given" {
		t.Errorf("%q, %v", out, err)
	}
}

func TestRun_codes(t *testing.T) {
	given := []string{pgtest.Env + "=postgres://given"}
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"no command":      {nil, codeUsage},
		"unknown command": {[]string{"no-such-command"}, codeNotRun},
		"killed":          {[]string{"sh", "-c", "kill -KILL $$"}, codeSignalBase + int(syscall.SIGKILL)},
	} {
		cmd := command(t, given, c.args...)
		var said bytes.Buffer
		cmd.Stderr = &said
		err := cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != c.want {
			t.Errorf("%s: code %d (%v, %s), want %d", name, got, err, said.String(), c.want)
		}
	}
}

// clusterFolder is the folder of the cluster that an address leads to.
func clusterFolder(t *testing.T, address string) string {
	t.Helper()
	_, host, ok := strings.Cut(address, "host=")
	if !ok {
		t.Fatalf("no socket in %q", address)
	}
	host, _, _ = strings.Cut(host, "&")
	return strings.TrimSuffix(strings.ReplaceAll(strings.TrimSpace(host), "%2F", "/"), "/run")
}
