package importer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/clumpql/clumpql/ledger"
)

// Options are the settings of an import. The zero Options are fine.
type Options struct {
	// Progress, when set, is told how many bytes of the files have been read, of how many: now and then, and at the end. It is never
	// called twice at once, but not always from the same goroutine. It must not block.
	Progress func(done, total int64)
}

// Summary says what an import did.
type Summary struct {
	Files []FileSummary // those that were there, in the order of reading
}

// FileSummary says what became of the records of one file. Read is the sum of the others.
type FileSummary struct {
	File      string // the name, without the folder
	Read      int64
	Inserted  int64 // new rows; of the ledger: appended records
	Updated   int64 // rows whose content differed
	Unchanged int64 // rows that were there with the same content; of the ledger: records that the depot held
}

// Changed says whether the import changed anything.
func (s Summary) Changed() bool {
	for _, f := range s.Files {
		if f.Inserted > 0 || f.Updated > 0 {
			return true
		}
	}
	return false
}

// String has a line for each file, and one more when nothing changed.
func (s Summary) String() string {
	var b strings.Builder
	for _, f := range s.Files {
		fmt.Fprintf(&b, "%s: %d read, %d inserted, %d updated, %d unchanged\n", f.File, f.Read, f.Inserted, f.Updated, f.Unchanged)
	}
	if !s.Changed() {
		b.WriteString("nothing changed\n")
	}
	return b.String()
}

// Check tells before there is a database whether Import finds files in the folder dir. Its error is what Import's would be.
func Check(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("import: %s is not a folder", dir)
	}
	if _, _, err := presentFiles(os.DirFS(dir)); err != nil {
		return fmt.Errorf("import %s: %w", dir, err)
	}
	return nil
}

// Import brings the files of the folder dir into the database, in one transaction.
//
// A record that is wrong is an *Error. The error wraps ErrNoFiles when dir holds none of the files, and fs.ErrNotExist when
// there is no such folder. When ctx ends, nothing of the import stays.
func Import(ctx context.Context, pool *pgxpool.Pool, depot *ledger.Depot, dir string, opts Options) (Summary, error) {
	if err := Check(dir); err != nil {
		return Summary{}, err
	}
	var summary Summary
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		var err error
		summary, err = ImportTx(ctx, tx, depot, os.DirFS(dir), opts)
		return err
	})
	if err != nil {
		var bad *Error
		if errors.As(err, &bad) {
			bad.File = filepath.Join(dir, bad.File)
		}
		return Summary{}, fmt.Errorf("import %s: %w", dir, err)
	}
	return summary, nil
}

// lockSQL makes imports wait for each other: two that insert the same rows in different orders would block each other for ever.
const lockSQL = `SELECT pg_advisory_xact_lock(7163520942)`

// ImportTx is Import inside a transaction of the caller, who commits it, and from any file system. After an error the
// transaction can only be rolled back. It can be called once in a transaction.
func ImportTx(ctx context.Context, tx pgx.Tx, depot *ledger.Depot, fsys fs.FS, opts Options) (Summary, error) {
	present, total, err := presentFiles(fsys)
	if err != nil {
		return Summary{}, err
	}
	if _, err := tx.Exec(ctx, lockSQL); err != nil {
		return Summary{}, fmt.Errorf("wait for another import: %w", err)
	}
	run := run{tx: tx, depot: depot, fsys: fsys, progress: newProgress(total, opts.Progress)}
	var summary Summary
	for _, table := range present {
		counts, err := run.load(ctx, table)
		if cause := ctx.Err(); err != nil && cause != nil && !errors.Is(err, cause) {
			// COPY tells of the connection that was closed, and not why it was.
			return Summary{}, fmt.Errorf("%w: %w", cause, err)
		}
		if err != nil {
			return Summary{}, err
		}
		summary.Files = append(summary.Files, counts)
	}
	run.progress.finish()
	return summary, nil
}

// presentFiles returns the tables whose files are there, and the sum of their sizes in bytes.
func presentFiles(fsys fs.FS) ([]table, int64, error) {
	var present []table
	var total int64
	var names []string
	for _, t := range tables {
		names = append(names, t.file)
		info, err := fs.Stat(fsys, t.file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		// A file is read again to find the place of a record, which a pipe does not allow.
		if !info.Mode().IsRegular() {
			return nil, 0, fmt.Errorf("%s is not a regular file", t.file)
		}
		present = append(present, t)
		total += info.Size()
	}
	if len(present) == 0 {
		return nil, 0, fmt.Errorf("%w: %s", ErrNoFiles, strings.Join(names, ", "))
	}
	return present, total, nil
}
