package importer_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/importer"
	"github.com/clumpql/clumpql/ledger"
)

const (
	usersHeader      = "id,name"
	tracksHeader     = "id,title,creator_id,duration_ms,genre,price_minor"
	playlistsHeader  = "id,title,creator_id"
	entriesHeader    = "playlist_id,position,track_id"
	activitiesHeader = "id,kind,actor_id,track_id,playlist_id,followee_id,body,occurred_at"
	ledgerHeader     = "kind,id,from_user_id,to_user_id,amount_minor,occurred_at"
	now              = "2024-01-01T00:00:00Z"
)

type badFile struct {
	file, content string
	line, column  int
	field         string
	says          string
}

// badFiles are files with one thing wrong, and where it is.
var badFiles = []badFile{
	// The header.
	{"users.csv", "", 1, 1, "", "header line is missing"},
	{"users.csv", "\n\n", 1, 1, "", "header line is missing"},
	{"users.csv", lines("id,title"), 1, 4, "title", "no such column"},
	{"users.csv", lines("name"), 1, 1, "id", "missing"},
	{"users.csv", lines("id,name,id"), 1, 9, "id", "twice"},
	{"users.csv", lines("id,Name"), 1, 4, "Name", "no such column"},
	{"users.csv", lines("id;name"), 1, 1, "id;name", "no such column"},
	{"users.csv", "\xef\xbb\xbfid,nome\n", 1, 4, "nome", "no such column"},

	// The form of a file.
	{"users.csv", lines(usersHeader, "1,a,b"), 2, 5, "", "3 fields, the header 2"},
	{"users.csv", lines(usersHeader, "1,a", "1"), 3, 1, "", "1 fields, the header 2"},
	{"users.csv", lines(usersHeader, `1,"a`), 2, 6, "", "quote"},
	{"users.csv", lines(usersHeader, "1,a", `2,"b`, "3,c"), 4, 5, "", "begins on line 3"},
	{"users.csv", lines(usersHeader, `1,"a"b`), 2, 5, "", "quote"},
	{"users.csv", lines(usersHeader, `1,a"b`), 2, 4, "", "quote"},
	{"users.csv", lines(usersHeader, "1,ab\xffc"), 2, 5, "", "0xff is not UTF-8"},
	{"users.csv", lines(usersHeader, "1,\"é\ni\xc3\""), 3, 2, "", "0xc3 is not UTF-8"},
	{"users.csv", lines(usersHeader, "1,\xed\xa0\x80"), 2, 3, "", "0xed is not UTF-8"},
	{"users.csv", usersHeader + "\n1,\xe2\x82", 2, 3, "", "0xe2 is not UTF-8"},
	{"users.csv", lines(usersHeader, "1,a\x00b"), 2, 4, "", "NUL"},
	{"users.csv", lines(usersHeader, "1,a", "2,\""+strings.Repeat("text\n", 1<<19)), 3, 1, "", "longer than"},
	{"users.csv", lines(usersHeader, "1,\"a\nb\"", "", "\""+strings.Repeat("0\n", 1<<20)), 4, 1, "", "longer than"},

	// Fields; the place is theirs, also behind quotes, accents and line breaks.
	{"users.csv", lines(usersHeader, "x,a"), 2, 1, "id", `"x" is not a whole number from 0 to 9223372036854775807`},
	{"users.csv", lines(usersHeader, "-1,a"), 2, 1, "id", "whole number"},
	{"users.csv", lines(usersHeader, "+1,a"), 2, 1, "id", "whole number"},
	{"users.csv", lines(usersHeader, "-0,a"), 2, 1, "id", "whole number"},
	{"users.csv", lines(usersHeader, " 1,a"), 2, 1, "id", "whole number"},
	{"users.csv", lines(usersHeader, "١,a"), 2, 1, "id", "whole number"},
	{"users.csv", lines(usersHeader, ",a"), 2, 1, "id", "whole number"},
	{"users.csv", lines(usersHeader, "9223372036854775808,a"), 2, 1, "id", "whole number"},
	{"users.csv", lines(usersHeader, "1,"), 2, 3, "name", "empty"},
	{"users.csv", lines(usersHeader, `1,""`), 2, 3, "name", "empty"},
	{"users.csv", lines(usersHeader, "1,"+strings.Repeat("é", 501)), 2, 3, "name", "1002 bytes"},
	{"users.csv", lines("name,id", `"é,""",z`), 2, 9, "id", "whole number"},
	{"users.csv", lines("name,id", "\"two\nlines\",z"), 3, 8, "id", "whole number"},
	{"users.csv", "name,id\r\na,1\r\n\r\n\"two\r\nlines\",z\r\n", 5, 8, "id", "whole number"},
	{"tracks.csv", lines(tracksHeader, "1,t,1,2147483648,,0"), 2, 7, "duration_ms", "from 0 to 2147483647"},
	{"tracks.csv", lines(tracksHeader, "1,t,1,1.5,,0"), 2, 7, "duration_ms", "whole number"},
	{"tracks.csv", lines(tracksHeader, "1,t,1,1,,-1"), 2, 10, "price_minor", "whole number"},
	{"tracks.csv", lines(tracksHeader, "1,t,,1,,1"), 2, 5, "creator_id", "whole number"},
	{"tracks.csv", lines(tracksHeader, "1,t,1,1,"+strings.Repeat("x", 201)+",1"), 2, 9, "genre", "201 bytes"},
	{"playlists.csv", lines(playlistsHeader, "1,,1"), 2, 3, "title", "empty"},
	{"playlist_tracks.csv", lines(entriesHeader, "1,-1,1"), 2, 3, "position", "whole number"},
	{"activities.csv", lines(activitiesHeader, "1,LIKE,1,1,,,,"+now), 2, 3, "kind", "not one of"},
	{"activities.csv", lines(activitiesHeader, "1,TRACK_POST,1,,,,,"+now), 2, 16, "track_id", "whole number"},
	{"activities.csv", lines(activitiesHeader, "1,TRACK_REPOST,1,1,2,,,"+now), 2, 20, "playlist_id", "must be empty for kind TRACK_REPOST"},
	{"activities.csv", lines(activitiesHeader, "1,PLAYLIST_POST,1,,,,,"+now), 2, 20, "playlist_id", "whole number"},
	{"activities.csv", lines(activitiesHeader, "1,PLAYLIST_REPOST,1,1,1,,,"+now), 2, 21, "track_id", "must be empty"},
	{"activities.csv", lines(activitiesHeader, "1,USER_FOLLOW,1,,,,,"+now), 2, 19, "followee_id", "whole number"},
	{"activities.csv", lines(activitiesHeader, "1,USER_FOLLOW,1,,,2,hello,"+now), 2, 21, "body", "must be empty"},
	{"activities.csv", lines(activitiesHeader, "1,COMMENT,1,1,,,,"+now), 2, 17, "body", "empty"},
	{"activities.csv", lines(activitiesHeader, "1,COMMENT,1,,,,hi,"+now), 2, 13, "track_id", "whole number"},
	{"activities.csv", lines(activitiesHeader, "1,COMMENT,1,1,,2,hi,"+now), 2, 16, "followee_id", "must be empty"},
	{"activities.csv", lines(activitiesHeader, "1,COMMENT,1,1,,,"+strings.Repeat("x", 10_001)+","+now), 2, 17, "body", "10001 bytes"},
	{"activities.csv", lines(activitiesHeader, "1,TRACK_POST,1,1,,,,2024-01-01 00:00:00"), 2, 21, "occurred_at", "RFC 3339"},
	{"activities.csv", lines(activitiesHeader, "1,TRACK_POST,1,1,,,,2024-02-30T00:00:00Z"), 2, 21, "occurred_at", "RFC 3339"},
	{"activities.csv", lines(activitiesHeader, "1,TRACK_POST,1,1,,,,2024-01-01T00:00:00,5Z"), 2, 0, "", "9 fields"},
	{"ledger.csv", lines(ledgerHeader, "gift,a,,1,1,"+now), 2, 1, "kind", "neither deposit nor transfer"},
	{"ledger.csv", lines(ledgerHeader, "deposit,a,1,1,1,"+now), 2, 11, "from_user_id", "must be empty"},
	{"ledger.csv", lines(ledgerHeader, "transfer,a,,1,1,"+now), 2, 12, "from_user_id", "whole number"},
	{"ledger.csv", lines(ledgerHeader, "transfer,a,1,,1,"+now), 2, 14, "to_user_id", "whole number"},
	{"ledger.csv", lines(ledgerHeader, "deposit,,,1,1,"+now), 2, 9, "id", "empty"},
	{"ledger.csv", lines(ledgerHeader, "deposit,"+strings.Repeat("x", 129)+",,1,1,"+now), 2, 9, "id", "129 bytes"},
	{"ledger.csv", lines(ledgerHeader, "deposit,a,,1,0,"+now), 2, 14, "amount_minor", "whole number from 1"},
	{"ledger.csv", lines(ledgerHeader, "deposit,a,,1,1,yesterday"), 2, 16, "occurred_at", "RFC 3339"},

	// What only the depot refuses.
	{"ledger.csv", lines(ledgerHeader, "deposit,new,,1,1,"+now, "transfer,new,7,7,1,"+now), 3, 16, "to_user_id", "payer"},
	{"ledger.csv", lines(ledgerHeader, "deposit,new,,1,1,"+now, "deposit,known,,7,5,"+now), 3, 18, "amount_minor", "used before"},
	{"ledger.csv", lines(ledgerHeader, "transfer,known,7,9,70,"+now), 2, 18, "to_user_id", "used before"},

	// Keys that occur twice.
	{"users.csv", lines(usersHeader, "1,a", "2,\"b\nb\"", "1,a"), 5, 1, "id", "line 5 has the same key as line 2"},
	{"tracks.csv", lines(tracksHeader, "3,t,1,1,,1", "03,t,1,1,,1"), 3, 1, "id", "line 3 has the same key as line 2"},
	{"playlists.csv", lines("title,id,creator_id", "a,1,1", "b,1,1", "c,1,1"), 3, 3, "id", "line 3 has the same key as line 2"},
	{"playlist_tracks.csv", lines(entriesHeader, "1,1,1", "1,2,1", "2,1,1", "1,1,2"), 5, 3, "position", "line 5 has the same key as line 2"},
	{"activities.csv", lines(activitiesHeader, "1,TRACK_POST,1,1,,,,"+now, "1,TRACK_POST,1,1,,,,"+now), 3, 1, "id", "same key"},
	{"ledger.csv", lines(ledgerHeader, "deposit,a,,1,1,"+now, "transfer,a,1,2,1,"+now, "deposit,a,,2,1,"+now, "transfer,a,1,3,1,"+now),
		5, 10, "id", "line 5 has the same key as line 3"},
}

// A bad file is reported with its place, and neither it nor the good files around it leave anything.
func TestImportBadFileLeavesNothing(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	first := map[string]string{
		"users.csv":  lines(usersHeader, "1,one", "2,two"),
		"ledger.csv": lines(ledgerHeader, "deposit,known,,7,500,"+now, "transfer,known,7,8,70,"+now),
	}
	if _, err := importer.Import(t.Context(), db.Pool, db.depot, write(t, first), importer.Options{}); err != nil {
		t.Fatal(err)
	}
	before := db.dump(t)
	for _, bad := range badFiles {
		files := generated(7, 20).files()
		files[bad.file] = bad.content
		dir := write(t, files)
		_, err := importer.Import(t.Context(), db.Pool, db.depot, dir, importer.Options{})
		if bad.column == 0 {
			bad.column = len("1,TRACK_POST,1,1,,,,2024-01-01T00:00:00,") + 1
		}
		checkError(t, bad, dir, err)
		db.unchanged(t, before)
	}
}

func checkError(t *testing.T, bad badFile, dir string, err error) {
	t.Helper()
	shown := bad.content[:min(len(bad.content), 200)]
	var got *importer.Error
	if !errors.As(err, &got) {
		t.Fatalf("%s %q: got error %v, want an *Error", bad.file, shown, err)
	}
	if got.File != filepath.Join(dir, bad.file) || got.Line != bad.line || got.Column != bad.column || got.Field != bad.field {
		t.Errorf("%s %q: error at %s:%d:%d, field %q; want %d:%d, field %q\n%v",
			bad.file, shown, got.File, got.Line, got.Column, got.Field, bad.line, bad.column, bad.field, err)
	}
	if !strings.Contains(got.Err.Error(), bad.says) {
		t.Errorf("%s %q: the error says %q, want %q in it", bad.file, shown, got.Err, bad.says)
	}
}

// What the depot refuses is there for errors.As, and found in whatever chunk it is.
func TestImportLedgerErrorsAreTheDepots(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	if _, err := db.depot.Append(t.Context(), ledger.Deposit{ID: "known", UserID: 7, AmountMinor: 500}); err != nil {
		t.Fatal(err)
	}
	before := db.dump(t)
	rows := generated(8, 3500).files()["ledger.csv"]
	for content, wantInvalid := range map[string]bool{
		rows + lines("deposit,known,,7,501,"+now): false,
		rows + lines("transfer,self,7,7,5,"+now):  true,
	} {
		_, err := importer.Import(t.Context(), db.Pool, db.depot, write(t, map[string]string{"ledger.csv": content}), importer.Options{})
		var place *importer.Error
		var invalid *ledger.InvalidError
		var conflict *ledger.ConflictError
		if !errors.As(err, &place) || place.Line != strings.Count(content, "\n") {
			t.Errorf("got error %v, want one of the last line, %d", err, strings.Count(content, "\n"))
		}
		if errors.As(err, &invalid) != wantInvalid || errors.As(err, &conflict) == wantInvalid {
			t.Errorf("got error %v; want an InvalidError: %v, else a ConflictError", err, wantInvalid)
		}
		db.unchanged(t, before)
	}
}

// The first of several mistakes is the one that is reported.
func TestImportReportsTheFirstBadField(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	for _, bad := range []badFile{
		{"users.csv", lines(usersHeader, "1,a", "x,", "2,\xff"), 3, 1, "id", "whole"},
		{"users.csv", lines(usersHeader, "1,a", "2,\xff", "x,"), 3, 3, "", "UTF-8"},
		{"users.csv", lines(usersHeader, "1,a", "1,a", "x,"), 4, 1, "id", "whole"}, // twice is known at the end only
		{"users.csv", lines(usersHeader, "1,a", "x,a", `2,"`), 3, 1, "id", "whole"},
	} {
		dir := write(t, map[string]string{bad.file: bad.content})
		_, err := importer.Import(t.Context(), db.Pool, db.depot, dir, importer.Options{})
		checkError(t, bad, dir, err)
	}
}

// What looks odd and is allowed.
func TestImportTakesEveryFormOfAFile(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"plain":               "id,name\n1,a\n2,b\n",
		"byte order mark":     "\xef\xbb\xbfid,name\n1,a\n2,b\n",
		"CRLF":                "id,name\r\n1,a\r\n2,b\r\n",
		"no last line break":  "id,name\n1,a\n2,b",
		"all quoted":          "\"id\",\"name\"\n\"1\",\"a\"\n\"2\",\"b\"\n",
		"other order":         "name,id\na,1\nb,2\n",
		"empty lines":         "\nid,name\n\n1,a\n\n\n2,b\n\n",
		"leading zeros":       "id,name\n01,a\n002,b\n",
		"mark and quotes":     "\xef\xbb\xbf\"id\",name\n1,a\n2,b\n",
		"rows in other order": "id,name\n2,b\n1,a\n",
	} {
		db := newDatabase(t)
		err := pgx.BeginFunc(t.Context(), db.Pool, func(tx pgx.Tx) error {
			_, err := importer.ImportTx(t.Context(), tx, db.depot, mapFS(map[string]string{"users.csv": content}), importer.Options{})
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := strings.Join(db.rows(t, `SELECT id || name FROM users ORDER BY id`), " ")
		if got != "1a 2b" {
			t.Errorf("%s: users are %q", name, got)
		}
	}
}
