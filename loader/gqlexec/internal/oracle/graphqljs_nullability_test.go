package oracle_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
)

// later makes a query and its answer of what comes now one of what is a fetch away.
var later = strings.NewReplacer("strictNow", "strictLater", "now", "later", "listOf", "laterListOf", "strictListOf", "strictLaterListOf",
	"strictList", "strictLaterList", "list", "laterList")

// expectLocated demands an answer whose errors are where the query has their fields.
func expectLocated(t *testing.T, query, want string) {
	t.Helper()
	got, wanted := strings.Split(respond(t, oursSchema(), &graphql.RawParams{Query: query}), " | "), strings.Split(want, " | ")
	checkLocations(t, query, "", got[1:])
	for i, e := range got[1:] {
		got[i+1] = at.ReplaceAllString(e, "")
	}
	slices.Sort(got[1:])
	slices.Sort(wanted[1:])
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("%s (want, got):\n%s", query, diff)
	}
}

const nullError = ": the requested element is null which the schema does not allow"

// The cases of graphql-js' suite nonnull, under their names. A case that returns null or throws has an outcome for %s; PANIC is ours.
func TestGraphQLJS_NonNull(t *testing.T) {
	const (
		tree  = `now(is: %s) later(is: %s) `
		trees = tree + `link { ` + tree + `} laterLink { ` + tree + `} `
		chain = ` { strictLink { strictLaterLink { strictLink { strictLaterLink { strictNow(is: %s) } } } } } `
	)
	for name, c := range map[string]struct {
		query, want string
		paths       []string // of the errors of what throws
		nulls       bool     // a null is an error, too
	}{
		"nulls a nullable field": {`{ link { now(is: %s) } }`, `{"link":{"now":null}}`, []string{"link.now"}, false},
		"nulls a returned object that contains a non-nullable field": {
			`{ link { link { strictNow(is: %s) } } }`, `{"link":{"link":null}}`, []string{"link.link.strictNow"}, true},
		"nulls a complex tree of nullable fields, each": {
			"{ link {\n link {\n" + trees + "}\n laterLink {\n" + trees + "} } }",
			`{"link":{"link":{"now":null,"later":null,"link":{"now":null,"later":null},"laterLink":{"now":null,"later":null}},` +
				`"laterLink":{"now":null,"later":null,"link":{"now":null,"later":null},"laterLink":{"now":null,"later":null}}}}`, []string{
				"link.link.now", "link.link.later", "link.link.link.now", "link.link.link.later", "link.link.laterLink.now", "link.link.laterLink.later",
				"link.laterLink.now", "link.laterLink.later", "link.laterLink.link.now", "link.laterLink.link.later",
				"link.laterLink.laterLink.now", "link.laterLink.laterLink.later",
			}, false},
		"nulls the first nullable object after a field in a long chain of non-null fields": {
			"{ link { link" + chain + "laterLink" + chain + "b: link" + chain + "c: laterLink" + chain + "} }",
			`{"link":{"link":null,"laterLink":null,"b":null,"c":null}}`, []string{
				"link.link.strictLink.strictLaterLink.strictLink.strictLaterLink.strictNow",
				"link.laterLink.strictLink.strictLaterLink.strictLink.strictLaterLink.strictNow",
				"link.b.strictLink.strictLaterLink.strictLink.strictLaterLink.strictNow",
				"link.c.strictLink.strictLaterLink.strictLink.strictLaterLink.strictNow",
			}, true},
		"nulls the top level if non-nullable field": {`{ link { strictNow(is: %s) } }`, `null`, []string{"link.strictNow"}, true},
	} {
		for outcome, message := range map[string]string{"NULL": nullError, "ERROR": ": an error", "PANIC": ": panic"} {
			how := "that throws"
			if outcome == "NULL" {
				how = "that returns null"
			}
			t.Run(strings.Join([]string{"nonnull", name, how, outcome}, "/"), func(t *testing.T) {
				wanted := []string{c.want}
				for _, path := range c.paths {
					if outcome != "NULL" || c.nulls {
						wanted = append(wanted, path+message)
					}
				}
				query, want := strings.ReplaceAll(c.query, "%s", outcome), strings.Join(wanted, " | ")
				expectLocated(t, query, want)
				if !strings.Contains(query, "later") {
					expectLocated(t, later.Replace(query), later.Replace(want))
				}
			})
		}
	}
}

// The cases of the suite nonnull on arguments.
func TestGraphQLJS_NonNullArguments(t *testing.T) {
	const given = `{"given":{"mustText":"\"a\""}}`
	for name, c := range map[string]struct{ query, variables, want string }{
		"succeeds when passed non-null literal value":               {`{ given { mustText(text: "a") } }`, "", given},
		"succeeds when passed non-null variable value":              {`query ($v: String!) { given { mustText(text: $v) } }`, `{"v": "a"}`, given},
		"succeeds when missing variable has default value":          {`query ($v: String = "a") { given { mustText(text: $v) } }`, "", given},
		"field error when missing non-null arg":                     {`{ given { mustText } }`, "", "refused"},
		"field error when non-null arg provided null":               {`{ given { mustText(text: null) } }`, "", "refused"},
		"field error when non-null arg not provided variable value": {`query ($v: String) { given { mustText(text: $v) } }`, "", "refused"},
		"field error when non-null arg provided variable with explicit null value": {
			`query ($v: String = "default") { given { mustText(text: $v) } }`, `{"v": null}`, "null | given.mustText.text: must not be null @1:42"},
	} {
		t.Run("nonnull/Handles non-null argument/"+name, func(t *testing.T) {
			expect(t, oursSchema(), &graphql.RawParams{Query: c.query, Variables: variables(t, c.variables)}, c.want)
		})
	}
}

// The cases of graphql-js' suite lists, under their names, each for the four types that a list of T may have. A clump that is undefined is
// null; a nil slice is an empty list where null is not allowed, as for gqlgen.
func TestGraphQLJS_Lists(t *testing.T) {
	const (
		noLink = `{"link":{"link":null}}`
		text   = `{"strictNow":"text"}`
	)
	fields := []struct{ typ, name string }{
		{"[T]", "list"}, {"[T]!", "strictList"}, {"[T!]", "listOfStrict"}, {"[T!]!", "strictListOfStrict"},
	}
	for name, c := range map[string]struct {
		outcomes string
		want     [4]string // the list, or "" where the object around it is null
		fails    string    // the path of the error behind the list's, and the message
		errors   [4]bool
	}{
		"Contains values":  {"(is: VALUE)", [4]string{"[@,@,@]", "[@,@,@]", "[@,@,@]", "[@,@,@]"}, "", [4]bool{}},
		"Contains null":    {"(second: NULL)", [4]string{"[@,null,@]", "[@,null,@]", "null", ""}, "[1]" + nullError, [4]bool{2: true, 3: true}},
		"Returns null":     {"(is: NULL)", [4]string{"null", "", "null", ""}, nullError, [4]bool{1: true, 3: true}},
		"Contains error":   {"(second: ERROR)", [4]string{"[@,null,@]", "[@,null,@]", "null", ""}, "[1].strictNow: an error", [4]bool{true, true, true, true}},
		"Results in error": {"(is: ERROR)", [4]string{"null", "", "null", ""}, ": an error", [4]bool{true, true, true, true}},
	} {
		for i, field := range fields {
			t.Run(strings.Join([]string{"lists/Execute: Handles list nullability", name, field.typ}, "/"), func(t *testing.T) {
				query := "{ link { link { " + field.name + c.outcomes + " { strictNow } } } }"
				want := noLink
				if c.want[i] != "" {
					want = fmt.Sprintf(`{"link":{"link":{"%s":%s}}}`, field.name, strings.ReplaceAll(c.want[i], "@", text))
				}
				if c.errors[i] {
					want += " | link.link." + field.name + c.fails
				}
				expectLocated(t, later.Replace(query), later.Replace(want))
				if name == "Returns null" && c.errors[i] {
					want = fmt.Sprintf(`{"link":{"link":{"%s":[]}}}`, field.name)
				}
				expectLocated(t, query, want)
			})
		}
	}
}
