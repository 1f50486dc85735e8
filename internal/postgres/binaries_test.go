package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// install makes a folder of programs that answer with a version line.
func install(t *testing.T, parent, name, line string) string {
	t.Helper()
	folder := filepath.Join(parent, name)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, folder, "postgres", "#!/bin/sh\necho '"+line+"'\n")
	writeProgram(t, folder, "initdb", "#!/bin/sh\n")
	return folder
}

func TestSearch_find_order(t *testing.T) {
	t.Parallel()
	parent := newFolder(t)
	inPath := install(t, parent, "path", "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")
	linked := filepath.Join(parent, "linked")
	if err := os.Symlink(inPath, linked); err != nil {
		t.Fatal(err)
	}
	install(t, parent, "lib/9/bin", "postgres (PostgreSQL) 9.6.24")
	install(t, parent, "lib/16/bin", "postgres (PostgreSQL) 16.1")
	install(t, parent, "lib/19/bin", "postgres (PostgreSQL) 19beta1")
	install(t, parent, "lib/other/bin", "postgres of another kind")
	install(t, parent, "home/postgres-18.4.0-beta.17/bin", "postgres (PostgreSQL) 18.4")
	broken := install(t, parent, "lib/20/bin", "")
	writeProgram(t, broken, "postgres", "#!/bin/sh\nexit 127\n")
	if err := os.Remove(filepath.Join(install(t, parent, "lib/17/bin", "postgres (PostgreSQL) 17.2"), "initdb")); err != nil {
		t.Fatal(err)
	}
	who, err := chooseAccount(parent)
	if err != nil {
		t.Fatal(err)
	}
	where := search{
		path:    strings.Join([]string{"", "relative", filepath.Join(parent, "none"), inPath, linked}, string(os.PathListSeparator)),
		folders: []string{filepath.Join(parent, "lib", "*", "bin"), filepath.Join(parent, "linked")},
		fetched: []string{filepath.Join(parent, "home")},
	}
	var got []string
	for _, b := range where.find(t.Context(), who) {
		got = append(got, b.version)
	}
	want := []string{"15.18 (Debian 15.18-0+deb12u1)", "19beta1", "16.1", "18.4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
}

func TestStart_noBinaries_saysWhatToInstall(t *testing.T) {
	t.Parallel()
	p, err := makePlace(newFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	_, err = start(t.Context(), Config{Dir: p.dir}, p, search{})
	if !errors.Is(err, ErrNoBinaries) {
		t.Fatalf("%v, want ErrNoBinaries", err)
	}
	for _, part := range []string{"make postgres", "DATABASE_URL", installLine(0)} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v: does not say %q", err, part)
		}
	}
}

func TestChoose_sameMajorAsData(t *testing.T) {
	t.Parallel()
	found := []binaries{{major: 18}, {major: 15}, {major: 16}, {major: 15, folder: "second"}}
	for content, want := range map[string]int{"": 18, "15\n": 15, "16\n": 16} {
		got, err := choose(found, dataOf(t, content))
		if err != nil || got.major != want || got.folder != "" {
			t.Errorf("data of %q: %v, %v", content, got, err)
		}
	}
	data := dataOf(t, "17\n")
	_, err := choose(found, data)
	versionErr, ok := errors.AsType[*VersionError](err)
	if !ok {
		t.Fatalf("data of 17: %v", err)
	}
	if diff := cmp.Diff(&VersionError{Folder: data, Major: 17, Installed: []int{18, 16, 15}}, versionErr); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// dataOf is a data folder of a version, or an empty one.
func dataOf(t *testing.T, version string) string {
	t.Helper()
	folder := t.TempDir()
	if version != "" {
		if err := os.WriteFile(filepath.Join(folder, "PG_VERSION"), []byte(version), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// The words of advice name the command of this machine's package manager.
func TestInstallLine(t *testing.T) {
	folder := newFolder(t)
	t.Setenv("PATH", folder)
	if got := installLine(0); !strings.HasPrefix(got, "see https://") {
		t.Errorf("no package manager: %q", got)
	}
	for _, c := range []struct{ program, any, of16 string }{
		{"brew", "brew install postgresql@18", "brew install postgresql@16"},
		{"dnf", "sudo dnf install postgresql-server", "sudo dnf install postgresql16-server"},
		{"apt-get", "sudo apt-get install postgresql", "sudo apt-get install postgresql-16"},
	} {
		writeProgram(t, folder, c.program, "#!/bin/sh\n")
		if got := installLine(0); got != c.any {
			t.Errorf("%s: %q, want %q", c.program, got, c.any)
		}
		if got := installLine(16); got != c.of16 {
			t.Errorf("%s: %q, want %q", c.program, got, c.of16)
		}
	}
}
