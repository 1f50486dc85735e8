package demo

import (
	"bytes"
	"encoding/csv"
	"io"
	"io/fs"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// rows makes the records of one file, the header first. It takes its randomness from faker alone.
type rows func(opts Options, faker *gofakeit.Faker) iter.Seq[[]string]

var content = map[string]rows{
	"users.csv":           users,
	"tracks.csv":          tracks,
	"playlists.csv":       playlists,
	"playlist_tracks.csv": playlistTracks,
	"activities.csv":      activities,
	"ledger.csv":          ledgerRecords,
}

// progressStep is how many rows are made between two calls of the callback.
const progressStep = 1000

// files is the folder of the demo's catalogue. Opening a file twice gives the same bytes. It implements fs.FS.
// Its files must be read one after the other.
type files struct {
	opts        Options
	done, total int64 // rows
}

func newFiles(opts Options) *files {
	return &files{opts: opts, total: countRows(opts)}
}

// Open implements fs.FS.
func (f *files) Open(name string) (fs.File, error) {
	produce, found := content[name]
	if !found {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	// A source of its own for each file: no file depends on which others were read before.
	faker := gofakeit.NewFaker(rand.NewPCG(f.opts.Seed, sum(name)), false)
	next, stop := iter.Pull(produce(f.opts, faker))
	made := &file{files: f, name: name, next: next, stop: stop}
	made.csv = csv.NewWriter(&made.buffer)
	return made, nil
}

// step counts a row.
func (f *files) step() {
	f.done++
	if f.opts.Progress != nil && (f.done%progressStep == 0 || f.done == f.total) {
		f.opts.Progress(f.done, f.total)
	}
}

// file is CSV that is made as far as it is read. It implements fs.File and fs.FileInfo.
type file struct {
	files  *files
	name   string
	next   func() ([]string, bool)
	stop   func()
	csv    *csv.Writer
	buffer bytes.Buffer
}

// Read implements fs.File.
func (f *file) Read(p []byte) (int, error) {
	for f.buffer.Len() < len(p) {
		row, more := f.next()
		if !more {
			break
		}
		// The writer's own buffer goes to memory, so nothing can fail.
		_ = f.csv.Write(row)
		f.csv.Flush()
		f.files.step()
	}
	if f.buffer.Len() == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return f.buffer.Read(p)
}

// Close implements fs.File.
func (f *file) Close() error {
	f.stop()
	return nil
}

// Stat implements fs.File.
func (f *file) Stat() (fs.FileInfo, error) { return f, nil }

// Name implements fs.FileInfo, as the methods below.
func (f *file) Name() string       { return f.name }
func (f *file) Size() int64        { return 0 } // not known before it is made
func (f *file) Mode() fs.FileMode  { return 0o444 }
func (f *file) ModTime() time.Time { return time.Time{} }
func (f *file) IsDir() bool        { return false }
func (f *file) Sys() any           { return nil }

// countRows is how many rows all files have, headers included.
func countRows(opts Options) int64 {
	n := len(content) + opts.Users + opts.Tracks + opts.Playlists + activityCount(opts) + recordCount(opts)
	for i := range opts.Playlists {
		n += playlistLength(i)
	}
	return int64(n)
}
