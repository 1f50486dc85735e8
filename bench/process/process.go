package process

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// Process is a contender's server.
type Process struct {
	Addresses
	name    string
	command *exec.Cmd
	stdin   io.Closer // its end ends the server
}

// Addresses are what a server tells once it serves.
type Addresses struct {
	GraphQL string // host:port of /graphql
	Private string // host:port of figures and profiles
}

// Start runs this program as the named contender's server and waits until it serves. The end of ctx kills it.
func Start(ctx context.Context, name, database string) (*Process, error) {
	p, err := start(ctx, name, database)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

func start(ctx context.Context, name, database string) (*Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &Process{name: name, command: exec.CommandContext(ctx, program, serverCommand, name)}
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
	if err := json.NewDecoder(stdout).Decode(&p.Addresses); err != nil {
		p.Stop()
		return nil, fmt.Errorf("it has ended: %w", err)
	}
	return p, nil
}

// Stop ends the server and waits for its end.
func (p *Process) Stop() {
	_ = p.stdin.Close()
	_ = p.command.Wait() // how it ends tells nothing any more
}
