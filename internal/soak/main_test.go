package main

import (
	"context"
	"flag"
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

// defaults are for flags that the command line may set otherwise: few random workloads, and no file of one that failed, for it is printed.
// The tests mostly wait for leases and connections, so more of them run at once than there are processors.
var defaults = map[string]string{"rapid.checks": "40", "rapid.nofailfile": "true", "test.parallel": "5"}

func runTests(m *testing.M) (code int) {
	var err error
	for name, value := range defaults {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
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
