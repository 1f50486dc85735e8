package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// folder is where the program under test is built to.
var folder string

// built builds it when the first test needs it.
var built = sync.OnceValue(func() error {
	_, err := buildProgram(context.Background(), folder)
	return err
})

// program returns the path of the program under test.
func program(t *testing.T) string {
	t.Helper()
	if err := built(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "clumpql")
}

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) (code int) {
	var err error
	if folder, err = os.MkdirTemp("", "clumpql-soak-program-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(folder); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}()
	return m.Run()
}
