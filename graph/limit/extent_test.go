package limit

import (
	"strings"
	"testing"
)

// introspectionQuery is that of graphql-js, with its nine ofType.
var introspectionQuery = `query IntrospectionQuery { __schema {
	queryType { name kind } mutationType { name kind } subscriptionType { name kind }
	types { ...FullType }
	directives { name description isRepeatable locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description specifiedByURL isOneOf
	fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields { ...InputValue } interfaces { ...TypeRef }
	enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ` + strings.Repeat("ofType { kind name ", 9) + strings.Repeat("} ", 9) + `}`

func TestMeasure_Depth(t *testing.T) {
	for _, test := range []struct {
		query string
		depth int
		path  string
	}{
		{`{ ledger { lag } }`, 2, "ledger.lag"},
		{`{ a: track(id: 1) { id } track(id: 1) { b: creator { name } } }`, 3, "track.b.name"},
		{`{ ...A } fragment A on Query { user(id: 1) { ...B } } fragment B on User { account { ... on Account { balance } } }`, 3, "user.account.balance"},
		{`query a { ledger { lag } } query b { user(id: 1) { account { balance } } }`, 3, "user.account.balance"},
		{`{ ledger { lag } } fragment Unused on Track { creator { account { balance } } }`, 2, "ledger.lag"},
		{introspectionQuery, 1, "__schema"},
		{`{ __schema { types { ` + strings.Repeat("ofType { ", 30) + "name" + strings.Repeat("}", 33), 33, "__schema.types" + strings.Repeat(".ofType", 30) + ".name"},
		{`{ ...Missing }`, 0, ""},
		{`{ ledger { ...Own } } fragment Own on LedgerStatus { lag ...Own }`, 2, "ledger.lag"},
	} {
		e := measure(parse(t, test.query))
		if path, _ := e.deepest.path(100); e.deepest.levels() != test.depth || path != test.path {
			t.Errorf("%.100s: depth %d of %q, want %d of %q", test.query, e.deepest.levels(), path, test.depth, test.path)
		}
	}
}

func TestMeasure_Length(t *testing.T) {
	for _, test := range []struct {
		query  string
		length int
	}{
		{`{ ledger { lag } }`, 2},
		{`{ ledger { lag @skip(if: true) } tracksById(ids: [1, 2]) { id } }`, 2 + 2 + 4 + 1},
		{`{ ...A ...A } fragment A on Query { ledger { lag } }`, 2*3 + 2},
		{doubling(3), (1 + 2 + 4 + 8 + 8*2) + (2 + 4 + 8 + 8*2) + (2 + 4 + 4*2) + (2 + 2*2) + 2},
		{doubling(60), ceiling},
		{`{ ...A } fragment A on Query { ...A }`, (1 + 1 + 1) + (1 + 1)},
	} {
		if e := measure(parse(t, test.query)); e.length != test.length {
			t.Errorf("%.100s: length %d, want %d", test.query, e.length, test.length)
		}
	}
}

// Each selection is visited once, whatever the fragments do.
func TestMeasure_WorkIsLinear(t *testing.T) {
	for name, test := range map[string]struct {
		query      string
		selections int
	}{
		"Doubling":     {doubling(1900), 1 + 2*1900 + 2},
		"DoublingDown": {doublingDown(600, "account", "user"), 3 + 6*600 + 1},
		"Ring":         {ring(1000), 1 + 3*1000},
	} {
		e := measure(parse(t, test.query))
		if e.visited != test.selections {
			t.Errorf("%s: visited %d selections, want %d", name, e.visited, test.selections)
		}
		if e.length <= maxLength {
			t.Errorf("%s: length %d is not refused", name, e.length)
		}
	}
}

// A text without fragments cannot be too long: there the limit of tokens holds.
func TestMeasure_LengthIsAtMostTheTokens(t *testing.T) {
	for _, query := range []string{
		"{" + strings.Repeat("__typename ", MaxTokens-4) + "}",
		"{" + strings.Repeat("... {a} ", MaxTokens/4-4) + "}",
		"{ a(b: [" + strings.Repeat("1 ", MaxTokens-20) + "]) @c(d: {e: 1}) }",
	} {
		if e := measure(parse(t, query)); e.length > maxLength {
			t.Errorf("%.20s: length %d", query, e.length)
		}
	}
}
