package graph_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// refused is a request that is answered with one error.
type refused struct {
	method, query, kind, body string
	headers                   map[string]string
	status                    int
	code, message             string // the message begins so
}

// refusals are requests that are none; what they are answered holds neither their bodies nor types of Go.
var refusals = map[string]refused{
	"MutationByGet": {
		method: http.MethodGet, query: "query=" + url.QueryEscape(`mutation { deposit(input: {id: "d", userId: 0, amount: 1}) { replayed } }`),
		status: http.StatusNotAcceptable, code: "BAD_USER_INPUT", message: "GET requests only allow query operations",
	},
	"BadEscape":    {method: http.MethodGet, query: "query=%zz", status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "invalid URL escape"},
	"BadVariables": {method: http.MethodGet, query: "query={__typename}&variables={", status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "variables"},
	"OtherMethod":  {method: http.MethodPut, kind: asJSON, body: `{}`, status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "send POST"},
	"OtherType":    {kind: "text/plain", body: `{}`, status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "send POST"},
	"NoBody":       {kind: asJSON, status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "json request body could not be decoded: EOF"},
	"Text":         {kind: asJSON, body: `"{__typename}"`, status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "the body is no object but of the kind string"},
	"OtherQuery":   {kind: asJSON, body: `{"query": 5}`, status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "the member query of the body has a value of the wrong kind: number"},
	"OtherVariables": {
		kind: asJSON, body: `{"query": "{__typename}", "variables": []}`, status: http.StatusBadRequest, code: "BAD_USER_INPUT",
		message: "the member variables of the body has a value of the wrong kind: array",
	},
	"WhichOperation": {
		kind: asJSON, body: `{"query": "query A { __typename } query B { __typename }"}`,
		status: http.StatusUnprocessableEntity, code: "GRAPHQL_VALIDATION_FAILED", message: "operationName is needed",
	},
	"NoVariable": {
		kind: asJSON, body: `{"query": "query ($ids: [ID!]!) { usersById(ids: $ids) { name } }", "variables": {"ids": [null]}}`,
		status: http.StatusUnprocessableEntity, code: "GRAPHQL_VALIDATION_FAILED", message: "the variable ids[0]: cannot be null",
	},
	"StreamOfNoRequest": {
		kind: asJSON, body: `{"query": secret`, headers: map[string]string{"Accept": "text/event-stream"},
		status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "json request body could not be decoded: invalid character",
	},
	"StreamOfAnArray": {
		kind: asJSON, body: `[]`, headers: map[string]string{"Accept": "text/event-stream"},
		status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "the body is an array",
	},
	"EventSourceOfBadVariables": {
		method: http.MethodGet, query: "query={__typename}&variables=[]", headers: map[string]string{"Accept": "text/event-stream"},
		status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "the parameter variables is no JSON object",
	},
	"EventSourceOfABadEscape": {
		method: http.MethodGet, query: "query=%zz", headers: map[string]string{"Accept": "text/event-stream"},
		status: http.StatusBadRequest, code: "BAD_USER_INPUT", message: "invalid URL escape",
	},
	"NoWebSocket": {
		method: http.MethodGet, headers: map[string]string{"Upgrade": "websocket"},
		status: http.StatusUpgradeRequired, code: "BAD_USER_INPUT", message: "WebSocket protocol violation",
	},
	"OtherOrigin": {
		method: http.MethodGet, headers: map[string]string{
			"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": "https://evil.example.com",
		},
		status: http.StatusForbidden, code: "BAD_USER_INPUT", message: "request Origin",
	},
}

const asJSON = "application/json"

func TestHTTP_Refusals(t *testing.T) {
	a := newAPI(t)
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			method := c.method
			if method == "" {
				method = http.MethodPost
			}
			request, err := http.NewRequestWithContext(t.Context(), method, a.url+"?"+c.query, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", c.kind)
			for name, value := range c.headers {
				request.Header.Set(name, value)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var got answer
			decoder := json.NewDecoder(response.Body)
			if err := decoder.Decode(&got); err != nil || decoder.More() {
				t.Fatalf("the answer is not one of JSON: %v", err)
			}
			if kind := response.Header.Get("Content-Type"); response.StatusCode != c.status || kind != asJSON {
				t.Errorf("status %d, %s", response.StatusCode, kind)
			}
			if codes := got.codes(); len(codes) != 1 || codes[0] != c.code {
				t.Fatalf("errors %v", got.Errors)
			}
			message := got.Errors[0].Message
			if !strings.HasPrefix(message, c.message) || strings.Contains(message, "Go ") || strings.Contains(message, "secret") || strings.Contains(message, "  ") {
				t.Errorf("message %q", message)
			}
		})
	}
}
