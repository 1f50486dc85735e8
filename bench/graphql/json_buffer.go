package main

import (
	"encoding/json"
	"strconv"

	"github.com/clumpql/clumpql/internal/catalogue"
)

// jsonBuffer is the memory of one request of the handwritten handler.
type jsonBuffer struct{ in, out []byte }

func (b *jsonBuffer) text(s string) *jsonBuffer {
	b.out = append(b.out, s...)
	return b
}

func (b *jsonBuffer) integer(n int64) *jsonBuffer {
	b.out = strconv.AppendInt(b.out, n, 10)
	return b
}

// comma stands before all elements but the first.
func (b *jsonBuffer) comma(first *bool) {
	if !*first {
		b.out = append(b.out, ',')
	}
	*first = false
}

// quoted writes text, which is valid UTF-8: Postgres has no other.
func (b *jsonBuffer) quoted(s string) *jsonBuffer {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			escaped, _ := json.Marshal(s) // text has no errors
			b.out = append(b.out, escaped...)
			return b
		}
	}
	b.out = append(b.out, '"')
	b.out = append(b.out, s...)
	b.out = append(b.out, '"')
	return b
}

func (b *jsonBuffer) user(u *catalogue.User) *jsonBuffer {
	if u == nil {
		return b.text(`null`)
	}
	return b.text(`{"id":"`).integer(u.ID).text(`","name":`).quoted(u.Name).text(`}`)
}

func (b *jsonBuffer) playlist(p *catalogue.Playlist, tracks []*catalogue.Track, creators map[int64]*catalogue.User) {
	b.text(`{"id":"`).integer(p.ID).text(`","title":`).quoted(p.Title).text(`,"tracks":{"nodes":[`)
	first := true
	for _, t := range tracks {
		b.comma(&first)
		b.text(`{"id":"`).integer(t.ID).text(`","title":`).quoted(t.Title).text(`,"creator":`)
		b.user(creators[t.CreatorID]).text(`}`)
	}
	b.text(`]}}`)
}
