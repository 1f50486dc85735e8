package gqlexec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
)

// decoded is what gqlgen's transport makes of a body.
func decoded(body string) (params graphql.RawParams, err error) {
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	err = decoder.Decode(&params)
	return params, err
}

func sameParams(t *testing.T, body string) (read bool) {
	t.Helper()
	var params graphql.RawParams
	if !readParams([]byte(body), &params) {
		return false
	}
	want, err := decoded(body)
	if diff := cmp.Diff(want, params); err != nil || diff != "" {
		t.Errorf("%q: encoding/json has %v, and differs:\n%s", body, err, diff)
	}
	return true
}

var usualBodies = []string{
	`{"query":"{ a }"}`,
	`{}`,
	" {\n\t\"query\" : \"query ($a: Int) {\\n  a(x: \\\"\\u00e9\\\\\\\")\\n}\" , \"operationName\" : \"A\",\r\"variables\":{ } , \"extensions\" :{\"a\":{}}} ",
	`{"query":null,"operationName":null,"variables":null,"extensions":null}`,
	`{"variables":{"ids":["1","2","Zoë, ]",""],"n":-1.5e+3,"t":true,"f":false,"z":null,"o":{"l":[[],[1,[2]],{}],"k":"v","k":"w"}},"query":"q"}`,
	`{"query":"{ a }"} trailing`,
	`{"variables":{"text":"` + strings.Repeat("long ", maxShared) + `"}}`,
	`{"variables":{"ids":[` + strings.Repeat(`1,`, 2*maxHint) + `1]}}`,
}

var unusualBodies = []string{
	``, `null`, `[]`, `"q"`, `{`, `{"query"}`, `{"query":}`, `{"query":1}`, `{"query":"a",}`, `{"query":"a" "b"}`, `{"query":"a`, `{"query":"\`,
	`{"query":"\x"}`, "{\"query\":\"a\nb\"}", "{\"query\":\"\xff\"}", `{"Query":"a"}`, `{"headers":{}}`, `{"id":1}`, `{"query":"a","query":"b"}`,
	`{"variables":{"a":1},"variables":{"b":2}}`, `{"variables":[]}`, `{"variables":{"a":01}}`, `{"variables":{"a":-}}`, `{"variables":{"a":1.}}`,
	`{"variables":{"a":nul}}`, `{"variables":{"a":[1,]}}`, `{"variables":{"a":[1 2]}}`, `{"variables":{"a":tru}}`, `{"operationName":{}}`,
	`{"variables":{"a":` + strings.Repeat(`[`, maxNested+1) + strings.Repeat(`]`, maxNested+1) + `}}`, `{"variables":{"a":[`,
}

func TestReadParams(t *testing.T) {
	for _, body := range usualBodies {
		if !sameParams(t, body) {
			t.Errorf("%.100q is left to encoding/json", body)
		}
	}
	for _, body := range unusualBodies {
		if sameParams(t, body) {
			t.Errorf("%.100q is read", body)
		}
	}
}

// A body that is read is read as encoding/json does.
func FuzzReadParams(f *testing.F) {
	for _, body := range append(usualBodies, unusualBodies...) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) { sameParams(t, body) })
}

// The ids of a list share the memory of the body.
func TestReadParams_allocations(t *testing.T) {
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprintf(`"%d"`, 1000+i))
	}
	body := []byte(`{"query":"query ($ids: [ID!]!) { tracks(ids: $ids) { id } }","variables":{"ids":[` + strings.Join(ids, ",") + `]}}`)
	allocations := testing.AllocsPerRun(20, func() {
		var params graphql.RawParams
		if !readParams(bytes.Clone(body), &params) {
			t.Error("left to encoding/json")
		}
	})
	if allocations > float64(len(ids)+20) {
		t.Errorf("%.0f allocations", allocations)
	}
}
