package loader

import "errors"

var (
	// ErrNotFound is what Clump.Require returns for an undefined clump, and what a FromSingle
	// function returns to say that there is nothing under the key.
	ErrNotFound = errors.New("loader: not found")

	// ErrZipLength fails a batch of a FromZip source that answered with more or fewer values than
	// it was asked keys.
	ErrZipLength = errors.New("loader: a zip fetch must return one value per key")

	// ErrGoexit fails what was being fetched when a fetch or a Future ended its goroutine with
	// runtime.Goexit (as testing.T.FailNow does) instead of returning. A Get whose own goroutine
	// that was does not return either; the others who wait get this.
	ErrGoexit = errors.New("loader: the fetch ended its goroutine without returning")
)
