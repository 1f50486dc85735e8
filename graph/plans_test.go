package graph_test

import (
	"net/http/httptest"
	"testing"

	"github.com/clumpql/clumpql/graph"
	"github.com/clumpql/clumpql/ledger"
)

// usersTwice asks for users in its second wave and again in its third.
const usersTwice = `{ playlist(id: "100") { creator { name } tracks { nodes { creator { name } } } } }`

// What an operation has shown to ask for again is fetched once the next time, in as many waves; unless that is switched off.
func TestPlans_UsersOnce(t *testing.T) {
	a := newAPI(t)
	depot := ledger.NewDepot(a.pool)
	t.Cleanup(depot.Close)
	handler, err := graph.NewHandler(graph.Config{Pool: a.pool, Depot: depot, NoPlans: true})
	if err != nil {
		t.Fatal(err)
	}
	without := httptest.NewServer(handler)
	defer without.Close()
	for name, c := range map[string]struct {
		api   *api
		calls []int // of one request after the other
	}{
		"learned": {a, []int{4, 3, 3}},
		"off":     {&api{url: without.URL}, []int{4, 4, 4}},
	} {
		for i, want := range c.calls {
			var data struct {
				Playlist struct {
					Creator struct{ Name string }
					Tracks  struct {
						Nodes []struct{ Creator *struct{ Name string } }
					}
				}
			}
			clump := c.api.query(t, usersTwice, nil, &data).Extensions.Clump
			if clump.Waves != 3 || len(clump.Fetches) != want {
				t.Errorf("%s, request %d: %d calls in %d waves, want %d in 3", name, i+1, len(clump.Fetches), clump.Waves, want)
			}
			if data.Playlist.Creator.Name != "dora" || data.Playlist.Tracks.Nodes[0].Creator.Name != "alice" {
				t.Errorf("%s, request %d: %+v", name, i+1, data)
			}
		}
	}
}
