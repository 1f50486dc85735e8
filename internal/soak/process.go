package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	// keptLines is how many lines of a process's log are kept, the last ones.
	keptLines = 200
	// keptAlarm is how many are kept from the lines before a data race or a panic on.
	keptAlarm = 2_000
)

// process is one life of a server.
type process struct {
	command *exec.Cmd
	url     string        // set before started returns
	done    chan struct{} // closed when it has ended
	asked   atomic.Bool   // somebody ended it: that it ended is no violation

	mu      sync.Mutex // guards both
	lines   []string
	alarmed bool // a race or a panic is in them
}

// startProcess starts a server on a free port and returns when it listens, or why it did not.
func startProcess(ctx context.Context, program, databaseURL string) (*process, error) {
	command := exec.CommandContext(context.WithoutCancel(ctx), program, "serve", "--addr=127.0.0.1:0", "--log-format=json", "--database-url="+databaseURL)
	command.Env = environment()
	p := &process{command: command, done: make(chan struct{})}
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	listening := make(chan string, 1)
	go func() {
		defer close(p.done)
		p.read(stderr, listening)
		_ = command.Wait() // its state says it all
	}()
	select {
	case p.url = <-listening:
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("the server ended:\n%s", p.tail())
	case <-ctx.Done():
		p.kill()
		return nil, ctx.Err()
	}
}

// environment is this process's without the configuration of whoever runs it.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "CLUMPQL_") || strings.HasPrefix(variable, "DATABASE_URL=")
	})
}

// read keeps the end of the log and picks the server's URL from it.
func (p *process) read(stderr io.Reader, listening chan<- string) {
	scanner := bufio.NewScanner(stderr)
	scanner.Buffer(nil, 1<<20) // a stack may be in a line
	for scanner.Scan() {
		p.keep(scanner.Text())
		var entry struct{ Msg, URL string }
		if json.Unmarshal(scanner.Bytes(), &entry) == nil && entry.Msg == "listening" {
			listening <- entry.URL
		}
	}
}

func (p *process) keep(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alarmed = p.alarmed || strings.Contains(line, "DATA RACE") || strings.Contains(line, "panic")
	switch {
	case !p.alarmed && len(p.lines) == keptLines:
		p.lines = append(p.lines[1:], line)
	case len(p.lines) < keptAlarm:
		p.lines = append(p.lines, line)
	}
}

func (p *process) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines, "\n")
}

// sound returns what is wrong with the process, besides what was done to it.
func (p *process) sound() error {
	p.mu.Lock()
	alarmed := p.alarmed
	p.mu.Unlock()
	switch {
	case alarmed:
		return fmt.Errorf("a data race or a panic:\n%s", p.tail())
	case !p.alive() && !p.asked.Load():
		return fmt.Errorf("a server ended by itself:\n%s", p.tail())
	}
	return nil
}

// signal sends a signal. A process that has ended does not mind.
func (p *process) signal(s os.Signal) { _ = p.command.Process.Signal(s) }

// kill ends the process without giving it a chance, paused or not.
func (p *process) kill() {
	p.asked.Store(true)
	p.signal(os.Kill)
	<-p.done
}

// stop asks the process to end and returns its exit code. When ctx ends it is killed.
func (p *process) stop(ctx context.Context) int {
	p.asked.Store(true)
	p.signal(os.Interrupt)
	select {
	case <-p.done:
	case <-ctx.Done():
		p.kill()
	}
	return p.command.ProcessState.ExitCode()
}

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// works tells whether this process is the one that a worker's id names: host, process, chance.
func (p *process) works(workerID string) bool {
	return strings.Contains(workerID, fmt.Sprintf("-%d-", p.command.Process.Pid))
}
