//go:build unix

package generate_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader/gqlexec/generate"
)

// killedIn names the folder in which the process that is killed generates.
const killedIn = "GQLEXEC_TEST_KILLED_IN"

// runIn generates in a folder from a schema.
func runIn(folder, schema string) error {
	cfg := config.DefaultConfig()
	cfg.Exec = config.ExecConfig{Filename: filepath.Join(folder, "generated.go"), Package: "old"}
	cfg.Model = config.PackageConfig{Filename: filepath.Join(folder, "models_gen.go"), Package: "old"}
	cfg.Sources = []*ast.Source{{Name: "api.graphqls", Input: schema}}
	return generate.Run(cfg)
}

// What was generated before is beside, or in its place, also after a run that was killed, and the next run puts it back before it fails.
func TestRun_Killed(t *testing.T) {
	const schema = "type Query { node: Node } type Node { id: ID! }"
	if folder := os.Getenv(killedIn); folder != "" {
		t.Fatal(runIn(folder, schema))
	}
	folder, stuck := t.TempDir(), t.TempDir()
	for name, content := range map[string]string{
		filepath.Join(folder, "generated.go"):  "package old",
		filepath.Join(folder, "models_gen.go"): "package old // models",
		filepath.Join(stuck, "go"):             "#!/bin/sh\nexec sleep 600\n", // packages are loaded by it, once the files are away
	} {
		if err := os.WriteFile(name, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_Killed$")
	child.Env = append(os.Environ(), killedIn+"="+folder, "PATH="+stuck+string(os.PathListSeparator)+os.Getenv("PATH"))
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that what it waits for is killed with it
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	away := filepath.Join(folder, "models_gen.go.before")
	for patience := time.Now().Add(time.Minute); ; {
		if _, err := os.Stat(away); err == nil {
			break
		}
		if time.Now().After(patience) {
			t.Error("nothing was set aside")
			break
		}
	}
	if err := syscall.Kill(-child.Process.Pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
	if err := child.Wait(); err == nil {
		t.Error("was not killed")
	}
	if _, err := os.Stat(filepath.Join(folder, "generated.go")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("was not killed while it was away: %v", err)
	}
	if err := runIn(folder, "type Query { node: Nothing }"); err == nil {
		t.Error("no error")
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 2 {
		t.Errorf("left %s, %v", left, err)
	}
	for i, got := range read(t, []string{filepath.Join(folder, "generated.go"), filepath.Join(folder, "models_gen.go")}) {
		if want := []string{"package old", "package old // models"}[i]; string(got) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
