package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// isEventSource tells whether a request is what a browser's EventSource sends, and curl without a body: GET for server-sent events.
func isEventSource(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/event-stream") && !isSocket(r)
}

// asPost makes the request of an EventSource the one that gqlgen takes for server-sent events. Its parameters are those of GET for a query.
func asPost(r *http.Request) (*http.Request, error) {
	sent, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	params := graphql.RawParams{Query: sent.Get("query"), OperationName: sent.Get("operationName")}
	if err := readObject(sent, "variables", &params.Variables); err != nil {
		return nil, err
	}
	if err := readObject(sent, "extensions", &params.Extensions); err != nil {
		return nil, err
	}
	body, err := json.Marshal(params)
	if err != nil {
		return nil, err
	}
	post := r.Clone(r.Context())
	post.Method = http.MethodPost
	post.Header.Set("Content-Type", "application/json")
	post.Body, post.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return post, nil
}

// readObject reads a parameter that is encoded as JSON, if it was sent.
func readObject(sent url.Values, name string, into *map[string]any) error {
	if !sent.Has(name) {
		return nil
	}
	decoder := json.NewDecoder(strings.NewReader(sent.Get(name)))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the parameter %s is no JSON object", name)
	}
	return nil
}
