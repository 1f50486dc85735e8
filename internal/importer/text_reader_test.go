package importer

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// However the bytes arrive, what is handed on is the text before the first bad byte, and the error stands at that byte.
func TestTextReaderStopsAtTheFirstBadByte(t *testing.T) {
	t.Parallel()
	pieces := []string{"a", "\n", "é", "€", "😀", ",", "\r\n", "\"", strings.Repeat("x", 5000), strings.Repeat("日", 25_000), "\uFFFD"}
	bad := []string{"\x00", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xc0\x80", "\x80"}
	r := rand.New(rand.NewPCG(1, 1))
	for range 60 {
		var b strings.Builder
		for range r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		if r.IntN(3) > 0 {
			b.WriteString(bad[r.IntN(len(bad))])
			b.WriteString(pieces[r.IntN(len(pieces))])
		}
		checkTextReader(t, b.String())
	}
}

func FuzzTextReader(f *testing.F) {
	f.Add([]byte("id,name\n1,é\n"))
	f.Add([]byte("\xef\xbb\xbfid\n\xff"))
	f.Add([]byte("\xef\xbb"))
	f.Fuzz(func(t *testing.T, input []byte) { checkTextReader(t, string(input)) })
}

func checkTextReader(t *testing.T, input string) {
	t.Helper()
	text := strings.TrimPrefix(input, byteOrderMark)
	good := goodPrefix(text)
	readers := map[string]io.Reader{"whole": strings.NewReader(input), "halves": iotest.HalfReader(strings.NewReader(input))}
	if len(input) < 10_000 {
		readers["single bytes"] = iotest.OneByteReader(strings.NewReader(input))
	}
	for how, source := range readers {
		reader := newTextReader("f.csv", source)
		got, err := io.ReadAll(reader)
		if string(got) != good {
			t.Fatalf("%s: %q: handed on %d bytes, want the %d before the first bad one", how, short(input), len(got), len(good))
		}
		if reader.delivered != int64(len(good)) {
			t.Fatalf("%s: %q: counted %d bytes of %d", how, short(input), reader.delivered, len(good))
		}
		if good == text {
			if err != nil {
				t.Fatalf("%s: %q: %v", how, short(input), err)
			}
			continue
		}
		var bad *Error
		if !errors.As(err, &bad) {
			t.Fatalf("%s: %q: got error %v, want an *Error", how, short(input), err)
		}
		line := strings.Count(good, "\n") + 1
		column := len(good) - (strings.LastIndexByte(good, '\n') + 1) + 1
		if bad.Line != line || bad.Column != column {
			t.Fatalf("%s: %q: error at %d:%d, want %d:%d", how, short(input), bad.Line, bad.Column, line, column)
		}
	}
}

// goodPrefix is found by trying: the longest prefix that is valid and ends with a rune.
func goodPrefix(text string) string {
	if i := strings.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	n := 0
	for n < len(text) {
		size := 1
		for size <= utf8.UTFMax && n+size <= len(text) && !utf8.ValidString(text[n:n+size]) {
			size++
		}
		if size > utf8.UTFMax || n+size > len(text) {
			break
		}
		n += size
	}
	return text[:n]
}

func short(s string) string { return s[max(0, len(s)-40):] }

// A forgotten closing quote does not have the rest of a huge file read into memory.
func TestRecordReaderBoundsARecord(t *testing.T) {
	t.Parallel()
	const header = "id,name\n1,a\n"
	endless := io.MultiReader(strings.NewReader(header+"2,\""), &endlessReader{limit: 100 << 20})
	text := newTextReader("users.csv", endless)
	r := newRecordReader("users.csv", text, io.NopCloser(endless))
	if err := r.readHeader([]string{"id", "name"}); err != nil {
		t.Fatal(err)
	}
	if err := r.next(); err != nil {
		t.Fatal(err)
	}
	err := r.next()
	var bad *Error
	if !errors.As(err, &bad) || !errors.Is(err, errRecordTooLong) || bad.Line != 3 {
		t.Fatalf("got error %v, want one of line 3 that the record is too long", err)
	}
	if text.delivered > maxRecordBytes+100_000 {
		t.Fatalf("read %d bytes before it gave up", text.delivered)
	}
}

type endlessReader struct{ limit int }

func (r *endlessReader) Read(p []byte) (int, error) {
	if r.limit -= len(p); r.limit < 0 {
		return 0, io.EOF
	}
	copy(p, bytes.Repeat([]byte("text\n"), len(p)/5+1))
	return len(p), nil
}
