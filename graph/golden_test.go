package graph_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the answers that come into testdata")

// TestGolden sends the queries in testdata, one after the other and each to a database of its own file, and compares
// the answers and exactly which fetches they took.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in testdata: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			testGolden(t, file)
		})
	}
}

// testGolden runs the cases of a file. Each has the parts "name/query", "name/answer" and "name/fetches", in this order.
func testGolden(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	a := newAPI(t)
	var written []txtar.File
	for _, part := range archive.Files {
		name, isQuery := strings.CutSuffix(part.Name, "/query")
		if !isQuery {
			continue
		}
		got, err := a.ask(t.Context(), string(part.Data), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		answer, fetches := goldenAnswer(t, got), goldenFetches(got)
		written = append(written, part,
			txtar.File{Name: name + "/answer", Data: answer}, txtar.File{Name: name + "/fetches", Data: fetches})
		if *update {
			continue
		}
		for kind, data := range map[string][]byte{"answer": answer, "fetches": fetches} {
			if diff := cmp.Diff(string(find(archive, name+"/"+kind)), string(data)); diff != "" {
				t.Errorf("%s of %s (want, got):\n%s", kind, name, diff)
			}
		}
	}
	if *update {
		archive.Files = written
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func find(archive *txtar.Archive, name string) []byte {
	for _, part := range archive.Files {
		if part.Name == name {
			return part.Data
		}
	}
	return nil
}

func goldenAnswer(t *testing.T, a answer) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, a.Data, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	for _, e := range a.Errors {
		fmt.Fprintf(&b, "%v: %s %v\n", e.Path, e.Message, e.Extensions)
	}
	return b.Bytes()
}

// goldenFetches lists the batches of each wave by name: those of a wave go out together.
func goldenFetches(a answer) []byte {
	var lines []string
	for _, f := range a.Extensions.Clump.Fetches {
		lines = append(lines, fmt.Sprintf("%d %s %d %s\n", f.Wave, f.Source, f.Keys, strings.Join(f.Paths, " ")))
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, ""))
}
