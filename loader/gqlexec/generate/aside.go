package generate

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// aside are generated files that are out of the way while they are generated anew. What they hold must not be taken for code of the
// project: models would be bound to themselves, and then not be generated any more. They are under another name beside it, where the next
// run finds what one that was killed has left.
type aside []asideFile

type asideFile struct {
	name   string
	absent []string // the file itself and the folders it would be in, in the order in which they can be removed; nil: it was there
}

// beside is the name of the file while it is away.
func beside(name string) string { return name + ".before" }

// setAside renames the files, and remembers which were not there; "" it skips.
func setAside(names ...string) (aside, error) {
	var files aside
	for _, name := range names {
		if name == "" {
			continue
		}
		err := os.Rename(beside(name), name) // of a run that was killed
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			err = os.Rename(name, beside(name))
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			files = append(files, asideFile{name, absentWith(name)})
		case err != nil:
			return nil, errors.Join(err, files.restore())
		default:
			files = append(files, asideFile{name: name})
		}
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

// restore puts the files back, and removes what was not there, except folders in which there is something else by now.
func (files aside) restore() error {
	var failed []error
	for _, f := range files {
		if f.absent == nil {
			failed = append(failed, os.Rename(beside(f.name), f.name))
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

// forget removes the files that were generated anew.
func (files aside) forget() error {
	var failed []error
	for _, f := range files {
		if f.absent == nil {
			failed = append(failed, os.Remove(beside(f.name)))
		}
	}
	return errors.Join(failed...)
}
