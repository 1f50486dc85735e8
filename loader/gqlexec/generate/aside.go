package generate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// aside are generated files that are out of the way while they are generated anew. What they hold must not be taken for code of the
// project: models would be bound to themselves, and then not be generated any more.
type aside []asideFile

type asideFile struct {
	name    string
	content []byte
	mode    fs.FileMode
	absent  []string // the file itself and the folders it would be in, in the order in which they can be removed
}

// setAside removes the files, and remembers which were not there; "" it skips.
func setAside(names ...string) (aside, error) {
	var files aside
	for _, name := range names {
		if name == "" {
			continue
		}
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			files = append(files, asideFile{name: name, absent: absentWith(name)})
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
		files = append(files, asideFile{name: name, content: content, mode: info.Mode().Perm()})
	}
	return files, nil
}

// absentWith returns the file and those of the folders around it that are not there.
func absentWith(name string) []string {
	absent := []string{name}
	for folder := filepath.Dir(name); folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		absent = append(absent, folder)
	}
	return absent
}

// restore writes the files as they were, and removes what was not there, except folders in which there is something else by now.
func (files aside) restore() error {
	var failed []error
	for _, f := range files {
		if f.absent == nil {
			failed = append(failed, os.WriteFile(f.name, f.content, f.mode))
			continue
		}
		for i, name := range f.absent {
			err := os.Remove(name)
			if i == 0 && err != nil && !errors.Is(err, fs.ErrNotExist) {
				failed = append(failed, err)
			}
		}
	}
	return errors.Join(failed...)
}
