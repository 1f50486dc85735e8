package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// takeDataLock takes the lock that a Postgres in this place would hold. After the death of a server its Postgres may
// still be shutting down: that is waited for. Should it not be (its watcher was killed too), it is told to.
func (s *Server) takeDataLock(ctx context.Context) (*os.File, error) {
	began := time.Now()
	told := syscall.Signal(0)
	for {
		lock, err := takeLock(s.place.dataLockFile())
		if err == nil || !errors.Is(err, errLocked) {
			return lock, err
		}
		waited := time.Since(began)
		if waited > fastTimeout+immediateTimeout {
			return nil, fmt.Errorf("the Postgres of an earlier server in %s does not end: stop it (process %d)", s.place.dir, pidIn(s.place.pidFile()))
		}
		signal := syscall.SIGINT
		if waited > fastTimeout {
			signal = syscall.SIGQUIT
		}
		if pid := pidIn(s.place.pidFile()); signal != told && isPostgresOf(pid, s.place.data()) {
			s.logger.Info("waiting for the Postgres of an earlier server to end", "pid", pid)
			// When it has just ended the lock says so.
			_ = syscall.Kill(pid, signal)
			told = signal
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// removeStalePID removes a postmaster.pid that would keep Postgres from starting although its process is gone: when
// another program of the same user has its process id by now, which is common in containers. A file whose process may be
// a Postgres that somebody started by hand stays, and Postgres itself refuses.
func (s *Server) removeStalePID() error {
	pid := pidIn(s.place.pidFile())
	if pid == 0 || isPostgresOf(pid, s.place.data()) {
		return nil
	}
	if err := os.Remove(s.place.pidFile()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// pidIn reads the process id in the first line of a postmaster.pid. 0: there is none.
func pidIn(path string) int {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	line, err := bufio.NewReader(file).ReadString('\n')
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || pid < 1 {
		return 0
	}
	return pid
}

// isPostgresOf tells whether the process is a Postgres on this data folder, which is the working directory of all its
// processes. Where there is no /proc, any Postgres is taken for one.
func isPostgresOf(pid int, dataFolder string) bool {
	if pid == 0 {
		return false
	}
	if runtime.GOOS != "linux" {
		name, err := exec.Command("ps", "-o", "comm=", "-p", strconv.Itoa(pid)).Output()
		return err == nil && strings.Contains(string(name), "postgres")
	}
	process := filepath.Join("/proc", strconv.Itoa(pid))
	name, nameErr := os.ReadFile(filepath.Join(process, "comm"))
	there, thereErr := os.Stat(filepath.Join(process, "cwd"))
	here, hereErr := os.Stat(dataFolder)
	return errors.Join(nameErr, thereErr, hereErr) == nil && os.SameFile(here, there) &&
		strings.HasPrefix(string(name), "postgres")
}
