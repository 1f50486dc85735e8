package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// checkout is the project's folder. This program and its tests run in their own.
const checkout = "../.."

// buildProgram builds clumpql with the race detector and returns the path of the program, in folder.
func buildProgram(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(folder, "clumpql")
	build := exec.CommandContext(ctx, "go", "build", "-race", "-o", path, ".")
	build.Dir = checkout
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build clumpql: %w\n%s", err, output)
	}
	return path, nil
}

// runProgram runs one of its commands to the end and returns what it printed.
func runProgram(ctx context.Context, path, command, databaseURL string, args ...string) (string, error) {
	run := exec.CommandContext(ctx, path, append([]string{command, "--database-url=" + databaseURL}, args...)...)
	run.Env = environment()
	output, err := run.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return string(output), nil
}
