package generate

import (
	"errors"
	"io/fs"
	"os"
)

// aside are generated files that are out of the way while they are generated anew. What they hold must not be taken for code of the
// project: models would be bound to themselves, and then not be generated any more.
type aside []asideFile

type asideFile struct {
	name    string
	content []byte
	mode    fs.FileMode
}

// setAside removes the files; those that are not there, and "", it skips.
func setAside(names ...string) (aside, error) {
	var files aside
	for _, name := range names {
		if name == "" {
			continue
		}
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var content []byte
		if err == nil {
			content, err = os.ReadFile(name)
		}
		if err == nil {
			err = os.Remove(name)
		}
		if err != nil {
			return nil, errors.Join(err, files.restore())
		}
		files = append(files, asideFile{name, content, info.Mode().Perm()})
	}
	return files, nil
}

// restore writes the files as they were.
func (files aside) restore() error {
	var failed []error
	for _, f := range files {
		failed = append(failed, os.WriteFile(f.name, f.content, f.mode))
	}
	return errors.Join(failed...)
}
