package postgres

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// writeFile replaces a file as a whole: a reader sees the old or the new content.
func writeFile(path, content string, mode os.FileMode) error {
	half, err := writeBeside(path, content, mode)
	if err != nil {
		return err
	}
	if err := os.Rename(half, path); err != nil {
		return errors.Join(err, os.Remove(half))
	}
	return nil
}

// writeOnce makes a file as a whole. It fails with fs.ErrExist when it is there.
func writeOnce(path, content string) error {
	half, err := writeBeside(path, content, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(os.Link(half, path), os.Remove(half))
}

func writeBeside(path, content string, mode os.FileMode) (string, error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return "", err
	}
	_, writeErr := file.WriteString(content)
	if err := errors.Join(writeErr, file.Chmod(mode), file.Sync(), file.Close()); err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// syncFolder makes renames in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// tail returns the last lines of a file, of what was written after offset.
func tail(path string, offset int64) string {
	const maxBytes, maxLines = 8 << 10, 20
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil {
		offset = max(offset, info.Size()-maxBytes)
	}
	content, err := io.ReadAll(io.NewSectionReader(file, offset, maxBytes))
	if err != nil {
		return ""
	}
	lines := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-maxLines):], []byte("\n")))
}
