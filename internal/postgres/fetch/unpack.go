package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const (
	archiveRoot  = "package" // what npm puts before every name
	nativeFolder = "native"  // the folder with bin/, lib/ and share/
	linksFile    = nativeFolder + "/pg-symlinks.json"

	maxUnpackedBytes = 2 << 30
)

// unpack unpacks the native folder of a package, and makes the symbolic links that npm packages cannot hold and that
// this one lists. Nothing is written outside of folder, whatever the archive's names are: os.Root sees to that, and a
// name that tries is an error.
func unpack(archive, folder string) error {
	file, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := unpackFiles(tar.NewReader(content), root); err != nil {
		return err
	}
	return makeLinks(root)
}

func unpackFiles(files *tar.Reader, root *os.Root) error {
	left := int64(maxUnpackedBytes)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, ok := strings.CutPrefix(header.Name, archiveRoot+"/")
		if !ok || !filepath.IsLocal(name) {
			return fmt.Errorf("the archive holds %q, which is outside of it", header.Name)
		}
		if !within(name) {
			continue
		}
		switch header.Typeflag {
		case tar.TypeDir:
			continue // files make their folders
		case tar.TypeReg:
		default:
			return fmt.Errorf("the archive holds %q, which is neither a file nor a folder", header.Name)
		}
		if left -= header.Size; left < 0 {
			return errors.New("the archive is too large")
		}
		mode := fs.FileMode(0o644)
		if header.Mode&0o100 != 0 {
			mode = 0o755
		}
		if err := writeFile(root, name, mode, files); err != nil {
			return err
		}
	}
}

func writeFile(root *os.Root, name string, mode fs.FileMode, content io.Reader) error {
	if err := makeFolders(root, path.Dir(name)); err != nil {
		return err
	}
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	// The mode whatever our umask: Postgres may run as another user.
	return errors.Join(err, file.Chmod(mode), file.Close())
}

func makeFolders(root *os.Root, name string) error {
	if name == "." {
		return nil
	}
	if info, err := root.Stat(name); err == nil && info.IsDir() {
		return nil
	}
	if err := makeFolders(root, path.Dir(name)); err != nil {
		return err
	}
	return errors.Join(root.Mkdir(name, 0o755), root.Chmod(name, 0o755))
}

// makeLinks makes the links of the package's list: target is the link, source what it leads to.
func makeLinks(root *os.Root) error {
	list, err := root.ReadFile(linksFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct {
		Source string `json:"source"`
		Target string `json:"target"`
	}
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("%s: %w", linksFile, err)
	}
	for _, link := range links {
		if !within(link.Source) || !within(link.Target) {
			return fmt.Errorf("%s: %q to %q leads outside of the package", linksFile, link.Target, link.Source)
		}
		source, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return err
		}
		if err := root.Symlink(source, link.Target); err != nil {
			return err
		}
	}
	return nil
}

// within tells whether a name is one of the native folder.
func within(name string) bool {
	return filepath.IsLocal(name) && strings.HasPrefix(path.Clean(name), nativeFolder+"/")
}
