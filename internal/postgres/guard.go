package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// guard is the script that starts a program and sees to it that the program does not outlive this process.
//
//	server -- pipe, fd 3 --> watcher     reads; the server never writes while the program runs
//	   '------- child -----> program     the shell itself, after exec: its process id is $$
//
// Only the server holds the other end of the pipe, so the kernel closes it when the server dies of whatever cause, kill -9
// included. The watcher then stops the program: as Postgres' fast shutdown at first, then its immediate one, then by force.
// It is there before the program is, so there is no instant without it. When the program has ended first, the server
// says so with a line, and the watcher goes without a signal to a process id that may be somebody else's by now.
// The watcher's parent ends at once: as a child of Postgres it would be taken for one of its processes. The bound on its
// loop is for systems whose first process does not reap: there a process id stays after its program has ended.
//
// $1 is a folder to remove at the end, or empty.
const guard = `
remove=$1
shift
( {
	read -r _ <&3 && exit
	n=0
	while [ "$n" -lt 40 ] && kill -0 "$$"; do
		if [ "$n" -lt 20 ]; then kill -s INT "$$"
		elif [ "$n" -lt 30 ]; then kill -s QUIT "$$"
		else kill -s KILL "$$"
		fi
		sleep 1
		n=$((n + 1))
	done 2>/dev/null
	[ -z "$remove" ] || rm -rf -- "$remove"
} 4<&- & )
exec "$@" 3<&-
`

const (
	// fastTimeout is how long a fast shutdown may take: Postgres writes out what is in memory.
	fastTimeout = 20 * time.Second
	// immediateTimeout is how long an immediate one may take: it writes nothing, the next start recovers.
	immediateTimeout = 10 * time.Second
)

// process is a program that was started under a guard.
type process struct {
	cmd   *exec.Cmd
	leash *os.File // the end of the guard's pipe that only we hold

	done chan struct{} // closed when the program has ended and was reaped
	err  error         // how it ended; set before done is closed
}

// launch starts a program of Postgres as the place's account, with its output in the log. All of its processes hold the
// data lock for as long as they live. remove is a folder that goes when we die, or empty.
func launch(p place, log, dataLock *os.File, remove, program string, args ...string) (*process, error) {
	watched, leash, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer watched.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", guard, "clumpql-guard", remove, program}, args...)...)
	cmd.Dir = p.home // the account may be unable to enter ours
	cmd.Env = environment()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{watched, dataLock}
	cmd.SysProcAttr = p.account.attributes()
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", program, err), leash.Close())
	}
	proc := &process{cmd: cmd, leash: leash, done: make(chan struct{})}
	go proc.reap()
	return proc, nil
}

// reap waits for the end of the program, which done announces.
func (p *process) reap() {
	p.err = p.cmd.Wait()
	// A watcher that is gone already needs no word; closing the pipe is what counts for us.
	_, _ = p.leash.WriteString("done\n")
	_ = p.leash.Close()
	close(p.done)
}

// stop ends the program in order, and by force when that takes too long. It returns when the program has ended.
func (p *process) stop() error {
	steps := []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, fastTimeout}, {syscall.SIGQUIT, immediateTimeout}, {syscall.SIGKILL, immediateTimeout}}
	for _, step := range steps {
		if err := p.cmd.Process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), step.wait)
		err := p.wait(ctx)
		cancel()
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("process %d does not end", p.cmd.Process.Pid)
}

// wait returns when the program has ended, or with the cause of the end of ctx.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// environment is what Postgres sees of ours: nothing that would change its settings (PGPORT, LC_ALL), no secrets.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, name := range []string{"PATH", "TZ", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
