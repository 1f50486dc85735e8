package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Both locks of a place are flock locks: they belong to an open file, so the kernel drops them when the last process that
// holds that file is gone, however it went. No lock is ever stale, and no file has to be removed for one.
//
//	lock       held by the server, and by nobody else: its children do not inherit it
//	data.lock  held by the server, and by every process of its Postgres, which inherit it: as long as one of them is
//	           alive nobody else touches the data
var errLocked = errors.New("locked")

// takeLock locks a file, which it makes when it is not there. It fails with errLocked when somebody else holds it.
// Closing the file gives the lock back, unless a child has inherited it.
func takeLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := flock(file, syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// takeServerLock takes the lock of the server and writes our process id into it.
func takeServerLock(ctx context.Context, p place) (*os.File, error) {
	// A command that joins looks at the lock by holding it for an instant.
	for attempt := 0; ; attempt++ {
		file, err := takeLock(p.lockFile())
		if err == nil {
			return file, noteHolder(file)
		}
		if !errors.Is(err, errLocked) {
			return nil, err
		}
		if attempt == 10 {
			return nil, fmt.Errorf("%w in %s (process %s): stop it, or choose another folder", ErrRunning, p.dir, holder(p.lockFile()))
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// isLocked tells whether a live process holds the lock.
func isLocked(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	err = flock(file, syscall.LOCK_SH)
	if errors.Is(err, errLocked) {
		return true, nil
	}
	return false, err
}

func flock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return errLocked
		default:
			return fmt.Errorf("lock %s: %w", file.Name(), err)
		}
	}
}

func noteHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := io.WriteString(file, strconv.Itoa(os.Getpid())+"\n")
	return err
}

// holder is for people: the process id that was written into a lock file.
func holder(path string) string {
	content, err := os.ReadFile(path)
	if pid := strings.TrimSpace(string(content)); err == nil && pid != "" {
		return pid
	}
	return "unknown"
}

// pause waits, for code that polls what the kernel cannot announce.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
