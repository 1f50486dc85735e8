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
