package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A comparison runs itself as `PROGRAM command ARGUMENT...` for a command of clumpql.
const commandCommand = "command"

// Run is what a command of clumpql took.
type Run struct {
	Output    string
	Elapsed   time.Duration
	CPU       time.Duration
	PeakBytes int64 // of memory
}

// Command runs a command of clumpql on a database, in a process of its own. The end of ctx kills it.
func Command(ctx context.Context, database string, args ...string) (Run, error) {
	program, err := os.Executable()
	if err != nil {
		return Run{}, err
	}
	c := exec.CommandContext(ctx, program, append([]string{commandCommand}, args...)...)
	c.Env = append(os.Environ(), databaseEnv+"="+database)
	begin := time.Now()
	output, err := c.CombinedOutput()
	r := Run{Output: strings.TrimSpace(string(output)), Elapsed: time.Since(begin)}
	if err != nil {
		return r, fmt.Errorf("clumpql %s: %w: %s", strings.Join(args, " "), err, r.Output)
	}
	r.CPU = c.ProcessState.UserTime() + c.ProcessState.SystemTime()
	if used, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.PeakBytes = peakBytes(used)
	}
	return r, nil
}

// peakBytes knows that only macOS counts in bytes.
func peakBytes(used *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return used.Maxrss
	}
	return used.Maxrss << 10
}

// CommandAsked tells whether this process was started as a command of clumpql, and as which.
func CommandAsked() (args []string, asked bool) {
	if len(os.Args) < 3 || os.Args[1] != commandCommand {
		return nil, false
	}
	return os.Args[2:], true
}
