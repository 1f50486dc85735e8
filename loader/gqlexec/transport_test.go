package gqlexec_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/google/go-cmp/cmp"

	"github.com/clumpql/clumpql/loader"
	"github.com/clumpql/clumpql/loader/gqlexec"
)

// served starts the schema over HTTP with the transports. Item 2 can not be fetched.
func served(t *testing.T, transports ...graphql.Transport) string {
	fetch := func(_ context.Context, keys []int) (map[int]loader.Result[*item], error) {
		found := make(map[int]loader.Result[*item])
		for _, k := range keys {
			found[k] = loader.Result[*item]{Value: &item{k}}
			if k == 2 {
				found[k] = loader.Result[*item]{Err: errors.New(`no "item" <2>`)}
			}
		}
		return found, nil
	}
	s := handler.New(schema(fetch))
	for _, t := range transports {
		s.AddTransport(t)
	}
	s.AroundResponses(func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		response := next(ctx)
		if graphql.GetOperationContext(ctx).OperationName == "Extended" {
			response.Extensions = map[string]any{"cost": 1}
		}
		return response
	})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL
}

// reply is what a client can see of a response.
type reply struct {
	Status      int
	ContentType string
	Body        any
	members     string
}

func replyTo(t *testing.T, request *http.Request) reply {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if length := response.Header.Get("Content-Length"); length != strconv.Itoa(len(body)) {
		t.Errorf("Content-Length %q of %d bytes", length, len(body))
	}
	r := reply{Status: response.StatusCode, ContentType: response.Header.Get("Content-Type"), members: members(t, body)}
	if err := json.Unmarshal(body, &r.Body); err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return r
}

// members are the names of the response's members, in order.
func members(t *testing.T, body []byte) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(body)))
	var names []string
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		name, _ := d.Token()
		names = append(names, name.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(names, " ")
}

// A client can not tell these transports from gqlgen's.
func TestTransports_AnswerAsGqlgens(t *testing.T) {
	ours := served(t, gqlexec.POST{}, gqlexec.GET{})
	reusing := served(t, gqlexec.POST{ReuseData: true}, gqlexec.GET{})
	stock := served(t, transport.POST{}, transport.GET{})
	for name, body := range map[string]string{
		"data":             `{"query":"{ item { n next { n } } }"}`,
		"errors and data":  `{"query":"{ item { next { next { n } } } }"}`,
		"all":              `{"query":"query Extended { item { next { next { n } } } }"}`,
		"data null":        `{"query":"{ item { next { pair { n } } } }"}`,
		"extensions":       `{"query":"query Extended { item { n } }"}`,
		"mutation":         `{"query":"mutation { item { n } }"}`,
		"unusual case":     `{"Query":"{ item { n } }"}`,
		"escapes":          `{"query":"{\n\titem { n }\u0020}","variables":null}`,
		"no such field":    `{"query":"{ missing }"}`,
		"a parse error":    `{"query":"{"}`,
		"no query":         `{}`,
		"no such variable": `{"query":"query($n: Int!) { item { n } }"}`,
	} {
		for _, accept := range []string{"", "*/*", "application/graphql-response+json"} {
			t.Run(name+" "+accept, func(t *testing.T) {
				for _, method := range []string{http.MethodPost, http.MethodGet} {
					ask := func(server string) reply {
						request := requestOf(t, method, server, body)
						request.Header.Set("Accept", accept)
						return replyTo(t, request)
					}
					want := ask(stock)
					for _, server := range []string{ours, reusing} {
						if diff := cmp.Diff(want, ask(server), cmp.AllowUnexported(reply{})); diff != "" {
							t.Errorf("%s (gqlgen's, ours):\n%s", method, diff)
						}
					}
				}
			})
		}
	}
}

func requestOf(t *testing.T, method, server, body string) *http.Request {
	t.Helper()
	if method == http.MethodGet {
		var params struct{ Query string }
		if err := json.Unmarshal([]byte(body), &params); err != nil {
			t.Fatal(err)
		}
		server, body = server+"?query="+url.QueryEscape(params.Query), ""
	}
	request, err := http.NewRequestWithContext(t.Context(), method, server, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	return request
}
