package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// process is a contender's server.
type process struct {
	contender
	addresses
	command *exec.Cmd
	stdin   io.Closer // its end ends the server
}

// startAll starts a server for each contender. stop ends those that were started, also after an error.
func startAll(ctx context.Context, database string, chosen []contender) (all []*process, stop func(), err error) {
	if database, err = withPoolSize(database); err != nil {
		return nil, func() {}, err
	}
	stop = func() {
		for _, p := range all {
			p.stop()
		}
	}
	for _, c := range chosen {
		p, err := start(ctx, c, database)
		if err != nil {
			return nil, stop, fmt.Errorf("start %s: %w", c, err)
		}
		all = append(all, p)
	}
	return all, stop, nil
}

// start runs this program as a contender's server and waits until it serves. The end of ctx kills it.
func start(ctx context.Context, c contender, database string) (*process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{contender: c, command: exec.CommandContext(ctx, program, serverCommand, c.String())}
	p.command.Env = append(os.Environ(), databaseEnv+"="+database)
	p.command.Stderr = os.Stderr
	stdin, err := p.command.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin = stdin
	stdout, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(stdout).Decode(&p.addresses); err != nil {
		p.stop()
		return nil, fmt.Errorf("it has ended: %w", err)
	}
	return p, nil
}

// stop ends the server and waits for its end.
func (p *process) stop() {
	_ = p.stdin.Close()
	_ = p.command.Wait() // how it ends tells nothing any more
}
