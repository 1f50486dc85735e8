package importer_test

import (
	"bytes"
	"encoding/csv"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/fstest"
	"time"
)

// folder is a catalogue's files as tables of text, header first.
type folder map[string][][]string

// generated makes a folder of everything that is allowed, with size things of each kind: texts that need quotes, ids with gaps,
// creators, tracks and actors that do not exist, columns in any order, an overdrawn account.
func generated(seed uint64, size int) folder {
	r := rand.New(rand.NewPCG(seed, seed))
	number := func(n int) string { return strconv.Itoa(r.IntN(n)) }
	texts := []string{"plain", `with "quotes"`, "with, comma", "two\nlines", " spaces ", "’90s ♫", "\ttab", "=1+1"}
	text := func() string { return texts[r.IntN(len(texts))] }
	when := func() string {
		return time.Unix(int64(r.IntN(1<<31)), int64(r.IntN(1_000_000))*1000).In(time.FixedZone("", 3600*(r.IntN(20)-10))).Format(time.RFC3339Nano)
	}
	f := folder{
		"users.csv":           {{"name", "id"}},
		"tracks.csv":          {{"price_minor", "id", "title", "genre", "creator_id", "duration_ms"}},
		"playlists.csv":       {{"id", "title", "creator_id"}},
		"playlist_tracks.csv": {{"track_id", "playlist_id", "position"}},
		"activities.csv":      {{"id", "kind", "actor_id", "track_id", "playlist_id", "followee_id", "body", "occurred_at"}},
		"ledger.csv":          {{"kind", "id", "from_user_id", "to_user_id", "amount_minor", "occurred_at"}},
	}
	add := func(file string, fields ...string) { f[file] = append(f[file], fields) }
	kinds := []string{"TRACK_POST", "TRACK_REPOST", "PLAYLIST_POST", "PLAYLIST_REPOST", "COMMENT", "USER_FOLLOW"}
	for _, id := range r.Perm(size) {
		key := strconv.Itoa(id * 3)
		add("users.csv", text(), key)
		genre := ""
		if r.IntN(3) > 0 {
			genre = text()
		}
		add("tracks.csv", number(1<<40), key, text(), genre, number(size*4), number(1<<31-1))
		add("playlists.csv", key, text(), number(size*4))
		add("playlist_tracks.csv", number(size*4), strconv.Itoa(id%10), key)
		kind := kinds[r.IntN(len(kinds))]
		row := []string{key, kind, number(size * 4), "", "", "", "", when()}
		switch kind {
		case "TRACK_POST", "TRACK_REPOST":
			row[3] = number(size * 4)
		case "PLAYLIST_POST", "PLAYLIST_REPOST":
			row[4] = number(size * 4)
		case "COMMENT":
			row[3], row[6] = number(size*4), text()
		case "USER_FOLLOW":
			row[5] = number(size * 4)
		}
		add("activities.csv", row...)
		payer := r.IntN(20)
		if r.IntN(3) == 0 {
			add("ledger.csv", "deposit", "id "+key, "", strconv.Itoa(payer), strconv.Itoa(1+r.IntN(500)), when())
		} else {
			payee := (payer + 1 + r.IntN(19)) % 20
			add("ledger.csv", "transfer", "id "+key, strconv.Itoa(payer), strconv.Itoa(payee), strconv.Itoa(1+r.IntN(300)), when())
		}
	}
	return f
}

// files are the folder's bytes.
func (f folder) files() map[string]string {
	files := map[string]string{}
	for name, rows := range f {
		var b bytes.Buffer
		_ = csv.NewWriter(&b).WriteAll(rows) // memory does not fail
		files[name] = b.String()
	}
	return files
}

// write puts the folder on disk.
func (f folder) write(t *testing.T) string { return write(t, f.files()) }

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mapFS(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, content := range files {
		m[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return m
}

// readFolder reads a folder naively: all of it, by encoding/csv.
func readFolder(t *testing.T, dir string) folder {
	t.Helper()
	f := folder{}
	for _, name := range fileNames {
		file, err := os.Open(filepath.Join(dir, name))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		f[name] = rows
	}
	return f
}

var fileNames = []string{"users.csv", "tracks.csv", "playlists.csv", "playlist_tracks.csv", "activities.csv", "ledger.csv"}

// records are the rows of a file as maps by column.
func (f folder) records(name string) []map[string]string {
	var records []map[string]string
	if len(f[name]) == 0 {
		return nil
	}
	header := f[name][0]
	for _, row := range f[name][1:] {
		record := map[string]string{}
		for i, column := range header {
			record[column] = row[i]
		}
		records = append(records, record)
	}
	return records
}

// balances apply the ledger's records one after the other, by the rule alone: nobody pays what they do not have.
func (f folder) balances(t *testing.T) map[int64]int64 {
	t.Helper()
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	balances := map[int64]int64{}
	for _, r := range f.records("ledger.csv") {
		amount, to := number(r["amount_minor"]), number(r["to_user_id"])
		switch r["kind"] {
		case "deposit":
			balances[to] += amount
		case "transfer":
			from := number(r["from_user_id"])
			balances[to] += 0 // to be listed, also when refused
			if balances[from] >= amount {
				balances[from] -= amount
				balances[to] += amount
			} else {
				balances[from] += 0
			}
		default:
			t.Fatalf("kind %q", r["kind"])
		}
	}
	return balances
}
