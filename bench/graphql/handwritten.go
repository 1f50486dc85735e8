package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/clumpql/clumpql/bench/graphql/stock/model"
	"github.com/clumpql/clumpql/internal/catalogue"
)

// byHand answers the queries that it knows by their text. It asks for the same statements as clumpql, and writes JSON.
type byHand struct {
	store   *catalogue.Store
	buffers sync.Pool // of *jsonBuffer
}

func newHandwritten(store *catalogue.Store) http.Handler {
	return &byHand{store: store, buffers: sync.Pool{New: func() any { return &jsonBuffer{} }}}
}

func (h *byHand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	buffer := h.buffers.Get().(*jsonBuffer)
	defer h.buffers.Put(buffer)
	if err := h.answer(r.Context(), r.Body, r.ContentLength, buffer); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(buffer.out)))
	_, _ = w.Write(buffer.out) // to a client that may be gone
}

// answer reads a question of the length and leaves the answer in buffer.
func (h *byHand) answer(ctx context.Context, body io.Reader, length int64, buffer *jsonBuffer) error {
	const longest = 1 << 20
	if length < 0 || length > longest {
		return strconv.ErrRange
	}
	if int64(cap(buffer.in)) < length {
		buffer.in = make([]byte, length)
	}
	buffer.in = buffer.in[:length]
	if _, err := io.ReadFull(body, buffer.in); err != nil {
		return err
	}
	var question struct {
		Query     string
		Variables struct {
			IDs  []string
			User string
		}
	}
	if err := json.Unmarshal(buffer.in, &question); err != nil {
		return err
	}
	buffer.out = buffer.out[:0]
	switch question.Query {
	case enrichedTracksText:
		return h.enrichedTracks(ctx, question.Variables.IDs, buffer)
	case playlistsText:
		return h.playlists(ctx, question.Variables.User, buffer)
	default:
		return h.timeline(ctx, question.Variables.User, buffer)
	}
}

func (h *byHand) enrichedTracks(ctx context.Context, ids []string, out *jsonBuffer) error {
	trackIDs, err := model.IDs(ids)
	if err != nil {
		return err
	}
	tracks, err := h.store.Tracks(ctx, trackIDs)
	if err != nil {
		return err
	}
	wanted := newKeys(len(tracks))
	for _, id := range trackIDs {
		if t := tracks[id]; t != nil {
			wanted.add(t.CreatorID)
		}
	}
	users, err := h.store.Users(ctx, wanted.ids)
	if err != nil {
		return err
	}
	out.text(`{"data":{"enrichedTracks":[`)
	first := true
	for _, id := range trackIDs {
		t := tracks[id]
		if t == nil || users[t.CreatorID] == nil {
			continue
		}
		out.comma(&first)
		out.text(`{"track":{"id":"`).integer(t.ID).text(`","title":`).quoted(t.Title)
		out.text(`,"durationMs":`).integer(int64(t.DurationMs)).text(`},"creator":`)
		out.user(users[t.CreatorID]).text(`}`)
	}
	out.text(`]}}`)
	return nil
}

func (h *byHand) playlists(ctx context.Context, user string, out *jsonBuffer) error {
	const playlists, tracks = 20, 10 // as the query has it
	userID, err := model.ID(user)
	if err != nil {
		return err
	}
	users, err := h.store.Users(ctx, []int64{userID})
	if err != nil {
		return err
	}
	if users[userID] == nil {
		out.text(`{"data":{"user":null}}`)
		return nil
	}
	pages, err := h.store.PlaylistsByCreator(ctx, catalogue.Page{First: playlists}, []int64{userID})
	if err != nil {
		return err
	}
	listIDs := make([]int64, len(pages[userID].Items))
	for i, p := range pages[userID].Items {
		listIDs[i] = p.ID
	}
	trackPages, err := h.store.PlaylistTracks(ctx, catalogue.Page{First: tracks}, listIDs)
	if err != nil {
		return err
	}
	wanted := newKeys(len(listIDs) * tracks)
	for _, id := range listIDs {
		for _, t := range trackPages[id].Items {
			wanted.add(t.CreatorID)
		}
	}
	creators, err := h.store.Users(ctx, wanted.ids)
	if err != nil {
		return err
	}
	out.text(`{"data":{"user":{"playlists":{"nodes":[`)
	first := true
	for _, p := range pages[userID].Items {
		out.comma(&first)
		out.playlist(p, trackPages[p.ID].Items, creators)
	}
	out.text(`]}}}}`)
	return nil
}

// keys are ids to fetch, each once.
type keys struct {
	ids  []int64
	seen map[int64]struct{}
}

func newKeys(most int) *keys {
	return &keys{make([]int64, 0, most), make(map[int64]struct{}, most)}
}

func (k *keys) add(id int64) {
	if _, twice := k.seen[id]; !twice {
		k.seen[id] = struct{}{}
		k.ids = append(k.ids, id)
	}
}
