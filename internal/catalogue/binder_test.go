package catalogue

import (
	"cmp"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/internal/pgtest"
)

// scatteredSQL are rows of pages of three parents, one of which is empty, in an order that is added.
const scatteredSQL = `
SELECT parent, parent > 1, position, position * 10, title, parent
FROM unnest($1::bigint[]) k (parent)
LEFT JOIN (VALUES (1, 1, 'c'), (1, 2, 'b'), (1, 3, 'a'), (3, 4, 'f'), (3, 5, 'e'), (3, 6, 'd'), (3, 7, 'd'))
    rows (parent, position, title) USING (parent)
WHERE $2::bigint < 0 AND $3::bigint > 0
ORDER BY `

// Pages are the same in whatever order Postgres sends their rows.
func TestPages_anyOrderOfRows(t *testing.T) {
	t.Parallel()
	s := NewStore(pgtest.New(t))
	playlist := func(parentID, position int64, title string) *Playlist {
		return &Playlist{ID: position * 10, Title: title, CreatorID: parentID}
	}
	byPosition := map[int64]Slice[Playlist]{
		1: {Items: []*Playlist{playlist(1, 1, "c"), playlist(1, 2, "b"), playlist(1, 3, "a")}, Positions: []int64{1, 2, 3}},
		2: {HasPrevious: true},
		3: {
			Items:     []*Playlist{playlist(3, 4, "f"), playlist(3, 5, "e"), playlist(3, 6, "d")},
			Positions: []int64{4, 5, 6}, HasPrevious: true, HasNext: true,
		},
	}
	byTitle := map[int64]Slice[Playlist]{
		1: {Items: []*Playlist{playlist(1, 3, "a"), playlist(1, 2, "b"), playlist(1, 1, "c")}, Positions: []int64{3, 2, 1}},
		2: {HasPrevious: true},
		3: {
			Items:     []*Playlist{playlist(3, 6, "d"), playlist(3, 7, "d"), playlist(3, 5, "e")},
			Positions: []int64{6, 7, 5}, HasPrevious: true, HasNext: true,
		},
	}
	titled := func(a, b *Playlist) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.ID, b.ID)) }
	for _, order := range []string{
		"parent, position", "parent, title, position", "parent DESC, position", "parent DESC, title, position",
		"position DESC", "position % 2, position", "parent = 1, position", "md5(position::text)", "position IS NOT NULL, title DESC",
	} {
		for want, l := range map[*map[int64]Slice[Playlist]]list[Playlist]{
			&byPosition: {read: readPlaylist}, &byTitle: {read: readPlaylist, order: titled},
		} {
			got, err := pages(t.Context(), s, "playlists", scatteredSQL+order, Page{First: 3}, []int64{3, 1, 2, 1}, l)
			if diff := gocmp.Diff(*want, got); err != nil || diff != "" {
				t.Errorf("in the order of %s: %v %s", order, err, diff)
			}
		}
	}
}
