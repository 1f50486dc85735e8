package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/ledger"
)

// table is a kind of file and how its records get into the database, by way of a temp table that has the number of each
// record (from 1, without the header) beside its values.
type table struct {
	file    string
	columns []string // of the file
	key     string   // the file's column where an error about the record's key points

	stage  string   // the temp table's name
	staged []string // its columns after record, in the order of values
	values func(*recordReader) []any

	stageSQL     string // creates the temp table
	duplicateSQL string // the first record whose key an earlier one has: (record, earlier record)

	// Tables of the catalogue have these two; the ledger has neither and goes through the depot.
	knownSQL string // how many records have their key in the database
	mergeSQL string // inserts the records that are new and updates those that differ; does not even touch the others
}

// tables in the order in which they are read. The ledger is last, as its records lock the depot until the commit.
var tables = []table{users, tracks, playlists, playlistTracks, activities, ledgerRecords}

// run is one import.
type run struct {
	tx       pgx.Tx
	depot    *ledger.Depot
	fsys     fs.FS
	progress *progress
}

// load brings one file into the database.
func (r run) load(ctx context.Context, t table) (FileSummary, error) {
	read, err := r.fillStage(ctx, t)
	if err != nil {
		return FileSummary{}, err
	}
	if err := r.checkDuplicates(ctx, t); err != nil {
		return FileSummary{}, err
	}
	if t.mergeSQL == "" {
		return r.appendLedger(ctx, t, read)
	}
	var known int64
	if err := r.tx.QueryRow(ctx, t.knownSQL).Scan(&known); err != nil {
		return FileSummary{}, fmt.Errorf("%s: count the known rows: %w", t.file, err)
	}
	tag, err := r.tx.Exec(ctx, t.mergeSQL)
	if err != nil {
		return FileSummary{}, fmt.Errorf("%s: insert: %w", t.file, err)
	}
	inserted := read - known
	updated := tag.RowsAffected() - inserted
	return FileSummary{File: t.file, Read: read, Inserted: inserted, Updated: updated, Unchanged: known - updated}, nil
}

// fillStage reads the file into the temp table and returns the number of its records.
func (r run) fillStage(ctx context.Context, t table) (int64, error) {
	if _, err := r.tx.Exec(ctx, t.stageSQL); err != nil {
		return 0, fmt.Errorf("%s: create the temp table: %w", t.file, err)
	}
	records, err := openRecords(r.fsys, t.file, t.columns)
	if err != nil {
		return 0, err
	}
	source := &copySource{records: records, values: t.values, progress: r.progress}
	columns := append([]string{"record"}, t.staged...)
	read, err := r.tx.CopyFrom(ctx, pgx.Identifier{t.stage}, columns, source)
	closeErr := records.close()
	switch {
	case source.err != nil: // Postgres tells it as text only
		return 0, source.err
	case err != nil:
		return 0, fmt.Errorf("%s: copy: %w", t.file, err)
	case closeErr != nil:
		return 0, closeErr
	}
	r.progress.endFile(records.text.delivered)
	return read, nil
}

// checkDuplicates fails when a key occurs twice.
func (r run) checkDuplicates(ctx context.Context, t table) error {
	var record, earlier int64
	err := r.tx.QueryRow(ctx, t.duplicateSQL).Scan(&record, &earlier)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: look for keys that occur twice: %w", t.file, err)
	}
	first, err := r.place(t, earlier, t.key)
	if err != nil {
		return err
	}
	second, err := r.place(t, record, t.key)
	if err != nil {
		return err
	}
	second.Err = fmt.Errorf("line %d has the same key as line %d", second.Line, first.Line)
	return second
}

// place returns an Error without its Err that stands at a field of a record that has been read before. It reads the file
// again: so no record needs to carry its place along for the few imports that fail.
func (r run) place(t table, record int64, column string) (*Error, error) {
	records, err := openRecords(r.fsys, t.file, t.columns)
	if err != nil {
		return nil, err
	}
	for records.number < record {
		if err := records.next(); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: find record %d again: %w", t.file, record, err), records.close())
		}
	}
	place := records.errorAt(records.indexes[column], column, nil)
	return place, records.close()
}

// copySource feeds the records of a file to COPY.
type copySource struct {
	records  *recordReader
	values   func(*recordReader) []any
	progress *progress

	current []any
	err     error // what stopped it before the file's end
}

// Next implements pgx.CopyFromSource.
func (s *copySource) Next() bool {
	err := s.records.next()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		s.err = err
		return false
	}
	s.current = append([]any{s.records.number}, s.values(s.records)...)
	s.err = s.records.err
	s.progress.at(s.records.text.delivered)
	return s.err == nil
}

// Values implements pgx.CopyFromSource.
func (s *copySource) Values() ([]any, error) { return s.current, nil }

// Err implements pgx.CopyFromSource.
func (s *copySource) Err() error { return s.err }
