package importer_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/internal/importer"
	"github.com/clumpql/clumpql/ledger"
)

// realCatalogue stands beside the checkout on some machines. Everything it is used for is shown with generated data too.
const realCatalogue = "../../../shared/data/chinook"

// realRecords are what is known of it, so that a reader that loses lines is noticed even if it is the test's own.
var realRecords = map[string]int{
	"users.csv": 342, "tracks.csv": 3503, "playlists.csv": 18, "playlist_tracks.csv": 8715, "activities.csv": 3181, "ledger.csv": 2652,
}

// catalogues are the folders that a whole catalogue is tested with: always generated ones, and the real one where it is.
func catalogues(t *testing.T) map[string]string {
	t.Helper()
	dirs := map[string]string{"generated": generated(1, 2500).write(t), "small": generated(2, 7).write(t)}
	if _, err := os.Stat(realCatalogue); err == nil {
		dirs["real"] = realCatalogue
	}
	return dirs
}

// An import puts into the tables what is in the files, says so, and leaves the ledger with the balances of its lines applied in
// order. The same import again changes nothing and says so.
func TestImportWholeCatalogue(t *testing.T) {
	t.Parallel()
	for name, dir := range catalogues(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			want := readFolder(t, dir)
			if name == "real" {
				checkRecords(t, want, realRecords)
			}
			summary, err := importer.Import(t.Context(), db.Pool, db.depot, dir, importer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkSummary(t, summary, want, func(n int64) importer.FileSummary { return importer.FileSummary{Read: n, Inserted: n} })
			if !summary.Changed() {
				t.Error("the import says that it changed nothing")
			}
			checkTables(t, db, want)
			db.settle(t)
			checkLedger(t, db, want)

			before := db.dump(t)
			summary, err = importer.Import(t.Context(), db.Pool, db.depot, dir, importer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkSummary(t, summary, want, func(n int64) importer.FileSummary { return importer.FileSummary{Read: n, Unchanged: n} })
			if summary.Changed() || !strings.Contains(summary.String(), "nothing changed") {
				t.Errorf("the second import says that it changed something:\n%s", summary)
			}
			db.unchanged(t, before)
		})
	}
}

func checkRecords(t *testing.T, f folder, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	for file, rows := range f {
		got[file] = len(rows) - 1
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("records (-want +got):\n%s", diff)
	}
}

func checkSummary(t *testing.T, summary importer.Summary, f folder, count func(n int64) importer.FileSummary) {
	t.Helper()
	var want importer.Summary
	for _, name := range fileNames {
		if rows, found := f[name]; found {
			file := count(int64(len(rows) - 1))
			file.File = name
			want.Files = append(want.Files, file)
		}
	}
	if diff := cmp.Diff(want, summary); diff != "" {
		t.Fatalf("summary (-want +got):\n%s", diff)
	}
}

// checkTables compares each catalogue table with its file, both as sorted lines of the same text.
func checkTables(t *testing.T, db database, f folder) {
	t.Helper()
	statements := map[string]string{
		"users.csv":           `SELECT format('id=%s name=%s', id, name) FROM users`,
		"tracks.csv":          `SELECT format('id=%s title=%s creator_id=%s duration_ms=%s genre=%s price_minor=%s', id, title, creator_id, duration_ms, genre, price_minor) FROM tracks`,
		"playlists.csv":       `SELECT format('id=%s title=%s creator_id=%s', id, title, creator_id) FROM playlists`,
		"playlist_tracks.csv": `SELECT format('playlist_id=%s position=%s track_id=%s', playlist_id, position, track_id) FROM playlist_tracks`,
		"activities.csv":      `SELECT format('id=%s kind=%s actor_id=%s track_id=%s playlist_id=%s followee_id=%s body=%s', id, kind, actor_id, track_id, playlist_id, followee_id, body) FROM activities`,
	}
	for name, sql := range statements {
		columns := columnsOf(sql)
		want := []string{}
		for _, r := range f.records(name) {
			var fields []string
			for _, column := range columns {
				fields = append(fields, column+"="+r[column])
			}
			want = append(want, strings.Join(fields, " "))
		}
		got := db.rows(t, sql)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-file +table):\n%s", name, diff)
		}
	}
	// Times compare as times: the file has zones, the table has not.
	var times, wrong int
	for _, r := range f.records("activities.csv") {
		times++
		var same bool
		if err := db.QueryRow(t.Context(), `SELECT occurred_at = $2::text::timestamptz FROM activities WHERE id = $1::text::bigint`,
			r["id"], r["occurred_at"]).Scan(&same); err != nil {
			t.Fatal(err)
		}
		if !same {
			wrong++
		}
	}
	if wrong > 0 {
		t.Fatalf("%d of %d activities have another time than the file", wrong, times)
	}
}

// columnsOf are the names in a format's 'name=%s name=%s'.
func columnsOf(sql string) []string {
	format := strings.Split(sql, "'")[1]
	var columns []string
	for _, part := range strings.Fields(format) {
		columns = append(columns, strings.TrimSuffix(part, "=%s"))
	}
	return columns
}

// checkLedger compares the depot with the file, line by line, and all funds with those of the lines applied in order.
func checkLedger(t *testing.T, db database, f folder) {
	t.Helper()
	status, err := ledger.NewPStates(db.Pool).ReadStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	records := f.records("ledger.csv")
	if status.Lag != 0 || status.Appended != int64(len(records)) || status.Processed != status.Appended {
		t.Fatalf("ledger of %d lines has %+v", len(records), status)
	}
	var want []string
	for _, r := range records {
		from := r["from_user_id"]
		if r["kind"] == "deposit" {
			from = r["to_user_id"]
		}
		want = append(want, fmt.Sprintf("%s %s %s %s %s", r["kind"], r["id"], from, r["to_user_id"], r["amount_minor"]))
	}
	got := db.rows(t, `
		SELECT format('%s %s %s %s %s', CASE kind WHEN 0 THEN 'deposit' ELSE 'transfer' END, record_id, user_id, to_user_id, amount_minor)
		FROM depot ORDER BY depot_offset`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("depot (-file +depot):\n%s", diff)
	}

	balances := f.balances(t)
	funds := map[int64]int64{}
	rows, err := db.Query(t.Context(), `SELECT user_id, balance_minor FROM funds`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, balance int64
		if err := rows.Scan(&id, &balance); err != nil {
			t.Fatal(err)
		}
		funds[id] = balance
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(balances, funds); diff != "" {
		t.Fatalf("funds (-lines in order +funds):\n%s", diff)
	}
}

func TestImportUpdatesRowsThatDiffer(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	f := generated(3, 50)
	if _, err := importer.Import(t.Context(), db.Pool, db.depot, f.write(t), importer.Options{}); err != nil {
		t.Fatal(err)
	}
	title := slices.Index(f["tracks.csv"][0], "title")
	genre := slices.Index(f["tracks.csv"][0], "genre")
	id := slices.Index(f["tracks.csv"][0], "id")
	rows := f["tracks.csv"]
	rows[1][title] = "another title"
	if rows[2][genre] == "" {
		rows[2][genre] = "now it has one"
	} else {
		rows[2][genre] = ""
	}
	f["tracks.csv"] = append(rows, slices.Clone(rows[3]))
	f["tracks.csv"][len(rows)][id] = "9223372036854775807"
	delete(f, "users.csv")
	summary, err := importer.Import(t.Context(), db.Pool, db.depot, f.write(t), importer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := importer.FileSummary{File: "tracks.csv", Read: 51, Inserted: 1, Updated: 2, Unchanged: 48}
	if diff := cmp.Diff(want, summary.Files[0]); diff != "" {
		t.Fatalf("summary (-want +got):\n%s", diff)
	}
	f["users.csv"] = generated(3, 50)["users.csv"] // a file that is not there deletes nothing
	checkTables(t, db, f)
}

// Whenever the context ends, nothing of the import is there. It is cancelled at each report of progress in turn.
func TestImportCancelledLeavesNothing(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	dir := generated(4, 2000).write(t)
	before := db.dump(t)
	for at := 0; ; at++ {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		progress := func(int64, int64) {
			if calls++; calls > at {
				cancel()
			}
		}
		_, err := importer.Import(ctx, db.Pool, db.depot, dir, importer.Options{Progress: progress})
		cancel()
		if calls <= at {
			if err != nil {
				t.Fatalf("import that was not cancelled: %v", err)
			}
			if at < 4 {
				t.Fatalf("progress was reported only %d times", at)
			}
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("cancelled at report %d: got error %v, want context.Canceled", at, err)
		}
		db.unchanged(t, before)
	}
}

func TestImportProgressGrowsToTheTotal(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	files := generated(5, 3000).files()
	var size int64
	for _, content := range files {
		size += int64(len(content))
	}
	last := int64(-1)
	_, err := importer.Import(t.Context(), db.Pool, db.depot, write(t, files), importer.Options{Progress: func(done, total int64) {
		if total != size || done < last || done > total {
			t.Errorf("progress %d of %d after %d; the files have %d bytes", done, total, last, size)
		}
		last = done
	}})
	if err != nil {
		t.Fatal(err)
	}
	if last != size {
		t.Errorf("progress ended at %d of %d bytes", last, size)
	}
}

// Imports of the same files at once end with one of them having changed everything and the others nothing, also while a
// server appends to the same partitions.
func TestImportAtOnce(t *testing.T) {
	t.Parallel()
	for _, partitions := range []int{1, 4} {
		t.Run(fmt.Sprintf("partitions=%d", partitions), func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			if err := ledger.SetPartitions(t.Context(), db.Pool, partitions); err != nil {
				t.Fatal(err)
			}
			dir := generated(6, 3000).write(t)
			summaries := make([]importer.Summary, 3)
			imports := make([]error, len(summaries))
			var group sync.WaitGroup
			for i := range summaries {
				group.Go(func() {
					summaries[i], imports[i] = importer.Import(t.Context(), db.Pool, db.depot, dir, importer.Options{})
				})
			}
			var appends error
			group.Go(func() {
				for i := range 50 {
					records := []ledger.Record{}
					for user := range int64(20) {
						records = append(records, ledger.Deposit{ID: fmt.Sprint("server ", i), UserID: user, AmountMinor: 1})
					}
					_, err := db.depot.Append(t.Context(), records...)
					appends = errors.Join(appends, err)
				}
			})
			group.Wait()
			if err := errors.Join(append(imports, appends)...); err != nil {
				t.Fatal(err)
			}
			changed := 0
			for _, summary := range summaries {
				if summary.Changed() {
					changed++
				}
			}
			if changed != 1 {
				t.Errorf("%d imports say that they changed something, want 1", changed)
			}
		})
	}
}

func TestImportOfNoCatalogue(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	empty := t.TempDir()
	file := filepath.Join(write(t, map[string]string{"users.csv": "id,name\n"}), "users.csv")
	folderInstead := t.TempDir()
	if err := os.Mkdir(filepath.Join(folderInstead, "users.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]error{
		empty:                            importer.ErrNoFiles,
		filepath.Join(empty, "not here"): fs.ErrNotExist,
		file:                             nil,
		folderInstead:                    nil,
	} {
		_, err := importer.Import(t.Context(), db.Pool, db.depot, dir, importer.Options{})
		if err == nil || !strings.Contains(err.Error(), dir) {
			t.Errorf("%s: got error %v, want one that names it", dir, err)
		}
		if want != nil && !errors.Is(err, want) {
			t.Errorf("%s: got error %v, want %v", dir, err, want)
		}
	}
}
