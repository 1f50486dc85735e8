package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
)

// variants is how many different questions there are of each query.
const variants = 16

// query is a GraphQL query with the variables of its variants.
type query struct {
	name      string
	text      string
	least     int // statements that it takes
	objects   int // with an id, that an answer has at least: some creators are missing
	variables func(variant int) map[string]any
}

const enrichedTracksText = `query ($ids: [ID!]!) {
  enrichedTracks(ids: $ids) { track { id title durationMs } creator { id name } }
}`

const playlistsText = `query ($user: ID!) {
  user(id: $user) {
    playlists(first: 20) {
      nodes { id title tracks(first: 10) { nodes { id title creator { id name } } } }
    }
  }
}`

const timelineText = `query ($user: ID!) {
  timeline(userId: $user, first: 100) {
    nodes {
      __typename id occurredAt actor { id name }
      ... on TrackPost { track { id title } }
      ... on TrackRepost { track { id title } }
      ... on PlaylistPost { playlist { id title } }
      ... on PlaylistRepost { playlist { id title } }
      ... on Comment { body track { id title } }
      ... on UserFollow { followee { id name } }
    }
  }
}`

var queries = []query{
	{"enriched", enrichedTracksText, 2, 2 * 95, func(variant int) map[string]any {
		const tracks = 100
		ids := make([]string, tracks)
		for i, n := range rand.New(rand.NewPCG(1, uint64(variant))).Perm(trackCount)[:tracks] {
			ids[i] = strconv.Itoa(1 + n)
		}
		return map[string]any{"ids": ids}
	}},
	{"nested", playlistsText, 4, 20 + 200 + 190, func(variant int) map[string]any {
		return map[string]any{"user": strconv.Itoa(1 + variant%playlistCreators)}
	}},
	{"timeline", timelineText, 4, 3 * 100, func(variant int) map[string]any {
		return map[string]any{"user": strconv.Itoa(1 + variant*61%userCount)}
	}},
}

// bodies are the requests of a query, one for each variant.
func (q query) bodies() ([][]byte, error) {
	bodies := make([][]byte, variants)
	for i := range bodies {
		body, err := json.Marshal(map[string]any{"query": q.text, "variables": q.variables(i)})
		if err != nil {
			return nil, err
		}
		bodies[i] = body
	}
	return bodies, nil
}

func queryNamed(name string) (query, error) {
	for _, q := range queries {
		if q.name == name {
			return q, nil
		}
	}
	return query{}, fmt.Errorf("no query %q", name)
}
