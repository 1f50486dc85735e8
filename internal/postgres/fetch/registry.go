package main

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

const (
	npmRegistry = "https://registry.npmjs.org"

	// The packages have some 25 MB. The bounds are against a registry that answers without end.
	maxMetadataBytes = 1 << 20
	maxPackageBytes  = 256 << 20
)

// registry is an npm registry.
type registry struct {
	address  string // without a slash at its end
	client   *http.Client
	progress *os.File // where the progress is shown, if it is a terminal; one line if not
}

// registryAddress is the registry that npm would use by the environment.
func registryAddress() string {
	for _, name := range []string{"npm_config_registry", "NPM_CONFIG_REGISTRY"} {
		if address := strings.TrimRight(os.Getenv(name), "/"); address != "" {
			return address
		}
	}
	return npmRegistry
}

// release is what the registry says of one version of a package.
type release struct {
	Dist struct {
		Integrity string `json:"integrity"`
		Tarball   string `json:"tarball"`
	} `json:"dist"`
}

// install downloads a package and unpacks it into folder, which is there afterwards as a whole or not at all.
func (r registry) install(ctx context.Context, name, version, folder string) error {
	found, err := r.release(ctx, name, version)
	if err != nil {
		return err
	}
	digest, err := found.digest()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	parent := filepath.Dir(folder)
	if err := removeLeftovers(parent); err != nil {
		return err
	}
	work, err := os.MkdirTemp(parent, workPrefix)
	if err != nil {
		return err
	}
	err = r.installIn(ctx, work, r.tarball(found), digest, folder)
	return errors.Join(err, os.RemoveAll(work))
}

func (r registry) installIn(ctx context.Context, work, tarball string, digest []byte, folder string) error {
	archive := filepath.Join(work, "package.tgz")
	if err := r.download(ctx, tarball, archive, digest); err != nil {
		return err
	}
	unpacked := filepath.Join(work, "unpacked")
	if err := os.Mkdir(unpacked, 0o755); err != nil {
		return err
	}
	if err := unpack(archive, unpacked); err != nil {
		return fmt.Errorf("unpack %s: %w", tarball, err)
	}
	// The server may be root and Postgres another user, whatever our umask.
	native := filepath.Join(unpacked, nativeFolder)
	if err := os.Chmod(native, 0o755); err != nil {
		return err
	}
	err := os.Rename(native, folder)
	if _, statErr := os.Stat(folder); err != nil && statErr == nil {
		return nil // another fetch was faster
	}
	return err
}

func (r registry) release(ctx context.Context, name, version string) (release, error) {
	var found release
	address := r.address + "/" + strings.ReplaceAll(name, "/", "%2f") + "/" + url.PathEscape(version)
	body, _, err := r.get(ctx, address)
	if err != nil {
		return found, err
	}
	defer body.Close()
	if err := json.NewDecoder(io.LimitReader(body, maxMetadataBytes)).Decode(&found); err != nil {
		return found, fmt.Errorf("read %s: %w", address, err)
	}
	return found, nil
}

// digest is the SHA-512 that the package must have. A registry that gives none is not trusted.
func (r release) digest() ([]byte, error) {
	for field := range strings.FieldsSeq(r.Dist.Integrity) {
		if text, ok := strings.CutPrefix(field, "sha512-"); ok {
			digest, err := base64.StdEncoding.DecodeString(text)
			if err == nil && len(digest) == sha512.Size {
				return digest, nil
			}
		}
	}
	return nil, fmt.Errorf("the registry gives no SHA-512 (integrity is %q)", r.Dist.Integrity)
}

// tarball is the address of the package. Mirrors hand the public registry's addresses on; like npm we ask the mirror.
func (r registry) tarball(found release) string {
	if path, ok := strings.CutPrefix(found.Dist.Tarball, npmRegistry+"/"); ok {
		return r.address + "/" + path
	}
	return found.Dist.Tarball
}

// download writes a file and compares it with its digest.
func (r registry) download(ctx context.Context, address, path string, digest []byte) error {
	body, size, err := r.get(ctx, address)
	if err != nil {
		return err
	}
	defer body.Close()
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	sum := sha512.New()
	shown := r.show(address, size)
	read, copyErr := io.Copy(io.MultiWriter(file, sum, shown), io.LimitReader(body, maxPackageBytes))
	if err := errors.Join(copyErr, shown.Close(), file.Close()); err != nil {
		return fmt.Errorf("read %s: %w", address, err)
	}
	if !bytes.Equal(sum.Sum(nil), digest) {
		return fmt.Errorf("%s (%d bytes) has not the SHA-512 that the registry gives: it was changed or cut short", address, read)
	}
	return nil
}

func (r registry) get(ctx context.Context, address string) (io.ReadCloser, int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, 0, errors.Join(fmt.Errorf("get %s: %s", address, response.Status), response.Body.Close())
	}
	return response.Body, response.ContentLength, nil
}

// show shows the progress of a download, a bar on a terminal and a line elsewhere.
func (r registry) show(address string, size int64) io.WriteCloser {
	if !term.IsTerminal(int(r.progress.Fd())) {
		fmt.Fprintf(r.progress, "fetching %s (%d MB)\n", address, max(size, 0)>>20)
	}
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(r.progress),
		progressbar.OptionSetVisibility(term.IsTerminal(int(r.progress.Fd()))),
		progressbar.OptionSetDescription("fetching Postgres"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(r.progress) }),
	)
}

const workPrefix = "fetch-"

// removeLeftovers removes what fetches left that were killed. A fetch that still runs is younger than this.
func removeLeftovers(parent string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !strings.HasPrefix(entry.Name(), workPrefix) || time.Since(info.ModTime()) < 2*fetchTimeout {
			continue
		}
		if err := os.RemoveAll(filepath.Join(parent, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}
