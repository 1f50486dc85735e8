package oracle_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

// The cases of graphql-js on variables and arguments, under their names. What is refused before execution has gqlparser's messages; where
// graphql-js refuses the variables, an argument that a scalar's unmarshaler does not take is an error of its field.
func TestGraphQLJS_Variables(t *testing.T) {
	const (
		inline   = "Handles objects and nullability/using inline structs/"
		variable = "Handles objects and nullability/using variables/"
		nullable = "Handles nullable scalars/"
		nonNull  = "Handles non-nullable scalars/"
		lists    = "Handles lists and nullability/"
		embedded = "Handles custom scalars with embedded variables/"
		defaults = "Execute: Uses argument default values/"

		in      = "$in: GivenInput"
		ofIn    = "input(input: $in)"
		v       = "$v: String"
		ofV     = "text(text: $v)"
		complex = `{"text":"foo","texts":["bar"],"must":"baz","odd":null}`
		notOdd  = "null | given.input.input.odd: 4 is not odd @"
	)
	for name, c := range map[string]struct{ declared, field, variables, want string }{
		inline + "executes with complex input":                                         {"", `input(input: {text: "foo", texts: ["bar"], must: "baz"})`, "", complex},
		inline + "properly parses single value to list":                                {"", `input(input: {text: "foo", texts: "bar", must: "baz"})`, "", complex},
		inline + "properly parses null value to null":                                  {"", `input(input: {text: null, texts: null, must: "C", odd: null})`, "", `{"text":null,"texts":null,"must":"C","odd":null}`},
		inline + "properly parses null value in list":                                  {"", `input(input: {texts: ["A", null, "C"], must: "C"})`, "", `{"text":null,"texts":["A",null,"C"],"must":"C","odd":null}`},
		inline + "does not use incorrect value":                                        {"", `input(input: ["foo", "bar"])`, "", "refused"},
		inline + "properly runs coerceInputLiteral on complex scalar types":            {"", `input(input: {must: "foo", odd: 3})`, "", `{"text":null,"texts":null,"must":"foo","odd":3}`},
		inline + "errors on faulty scalar type input":                                  {"", `input(input: {must: "foo", odd: 4})`, "", notOdd + "1:11"},
		variable + "executes with complex input":                                       {in, ofIn, `{"in": {"text": "foo", "texts": ["bar"], "must": "baz"}}`, complex},
		variable + "uses undefined when variable not provided":                         {v, ofV, "", "null"},
		variable + "uses null when variable provided explicit null value":              {v, ofV, `{"v": null}`, "null"},
		variable + "uses default value when not provided":                              {in + ` = {text: "foo", texts: ["bar"], must: "baz"}`, ofIn, "", complex},
		variable + "does not use default value when provided":                          {v + ` = "default"`, ofV, `{"v": "value"}`, `"value"`},
		variable + "uses explicit null value instead of default value":                 {v + ` = "default"`, ofV, `{"v": null}`, "null"},
		variable + "uses null default value when not provided":                         {v + ` = null`, ofV, "", "null"},
		variable + "properly parses single value to list":                              {in, ofIn, `{"in": {"text": "foo", "texts": "bar", "must": "baz"}}`, complex},
		variable + "executes with complex scalar input":                                {in, ofIn, `{"in": {"must": "foo", "odd": 3}}`, `{"text":null,"texts":null,"must":"foo","odd":3}`},
		variable + "errors on faulty scalar type input":                                {in, ofIn, `{"in": {"must": "foo", "odd": 4}}`, notOdd + "1:35"},
		variable + "errors on null for nested non-null":                                {in, ofIn, `{"in": {"must": null}}`, "refused variable.in.must: cannot be null"},
		variable + "errors on incorrect type":                                          {in, ofIn, `{"in": "foo bar"}`, "refused variable.in: must be a GivenInput, not a string"},
		variable + "errors on omission of nested non-null":                             {in, ofIn, `{"in": {"text": "foo"}}`, "refused variable.in.must: must be defined"},
		variable + "errors on deep nested errors and with many errors":                 {in, ofIn, `{"in": {"below": {"text": "foo"}}}`, "refused variable.in.must: must be defined"}, // the first alone
		variable + "errors on addition of unknown input field":                         {in, ofIn, `{"in": {"must": "foo", "extra": "dog"}}`, "refused variable.in.extra: unknown field"},
		"Handles custom enum values/allows custom enum values as inputs":               {"$m: Mood", `mood(mood: CALM) b: mood(mood: $m)`, `{"m": "ANGRY"}`, `{"given":{"mood":"\"CALM\"","b":"\"ANGRY\""}}`},
		nullable + "allows nullable inputs to be omitted":                              {"", "text", "", "null"},
		nullable + "allows nullable inputs to be omitted in a variable":                {v, ofV, "", "null"},
		nullable + "allows nullable inputs to be omitted in an unlisted variable":      {"", ofV, "", "refused"},
		nullable + "allows nullable inputs to be set to null in a variable":            {v, ofV, `{"v": null}`, "null"},
		nullable + "allows nullable inputs to be set to a value in a variable":         {v, ofV, `{"v": "a"}`, `"a"`},
		nullable + "allows nullable inputs to be set to a value directly":              {"", `text(text: "a")`, "", `"a"`},
		nonNull + "allows non-nullable variable to be omitted given a default":         {v + `! = "default"`, ofV, "", `"default"`},
		nonNull + "allows non-nullable inputs to be omitted given a default":           {v + ` = "default"`, "mustText(text: $v)", "", `"default"`},
		nonNull + "does not allow non-nullable inputs to be omitted in a variable":     {v + "!", "mustText(text: $v)", "", "refused variable.v: must be defined"},
		nonNull + "does not allow non-nullable inputs to be set to null in a variable": {v + "!", "mustText(text: $v)", `{"v": null}`, "refused variable.v: cannot be null"},
		nonNull + "allows non-nullable inputs to be set to a value in a variable":      {v + "!", "mustText(text: $v)", `{"v": "a"}`, `"a"`},
		nonNull + "allows non-nullable inputs to be set to a value directly":           {"", `mustText(text: "a")`, "", `"a"`},
		nonNull + "reports error for missing non-nullable inputs":                      {"", "mustText", "", "refused"},
		nonNull + "reports error for array passed into string input":                   {v + "!", "mustText(text: $v)", `{"v": [1, 2, 3]}`, "refused variable.v: cannot use slice as String"},
		nonNull + "reports error for non-provided variables for non-nullable inputs":   {"", "mustText(text: $foo)", "", "refused"},
		embedded + "allows custom scalars":                                             {"", `any(value: {a: "foo", b: ["bar"]})`, "", `{"given":{"any":{"a":"foo","b":["bar"]}}}`},
		embedded + "allows custom scalars with non-embedded variables":                 {"$v: Any", "any(value: $v)", `{"v": {"a": "foo", "b": ["bar"]}}`, `{"given":{"any":{"a":"foo","b":["bar"]}}}`},
		embedded + "allows custom scalars with embedded operation variables":           {v, `any(value: {a: $v, b: ["bar"]})`, `{"v": "foo"}`, `{"given":{"any":{"a":"foo","b":["bar"]}}}`},
		lists + "allows lists to be null":                                              {"$l: [String]", "list(list: $l)", `{"l": null}`, "null"},
		lists + "allows lists to contain values":                                       {"$l: [String]", "list(list: $l)", `{"l": ["A"]}`, `["A"]`},
		lists + "allows lists to contain null":                                         {"$l: [String]", "list(list: $l)", `{"l": ["A", null, "B"]}`, `["A",null,"B"]`},
		lists + "does not allow non-null lists to be null":                             {"$l: [String]!", "mustList(list: $l)", `{"l": null}`, "refused variable.l: cannot be null"},
		lists + "allows non-null lists to contain values":                              {"$l: [String]!", "mustList(list: $l)", `{"l": ["A"]}`, `["A"]`},
		lists + "allows non-null lists to contain null":                                {"$l: [String]!", "mustList(list: $l)", `{"l": ["A", null, "B"]}`, `["A",null,"B"]`},
		lists + "allows lists of non-nulls to be null":                                 {"$l: [String!]", "listOfMust(list: $l)", `{"l": null}`, "null"},
		lists + "allows lists of non-nulls to contain values":                          {"$l: [String!]", "listOfMust(list: $l)", `{"l": ["A"]}`, `["A"]`},
		lists + "does not allow lists of non-nulls to contain null":                    {"$l: [String!]", "listOfMust(list: $l)", `{"l": ["A", null, "B"]}`, "refused variable.l[1]: cannot be null"},
		lists + "does not allow non-null lists of non-nulls to be null":                {"$l: [String!]!", "mustListOfMust(list: $l)", `{"l": null}`, "refused variable.l: cannot be null"},
		lists + "allows non-null lists of non-nulls to contain values":                 {"$l: [String!]!", "mustListOfMust(list: $l)", `{"l": ["A"]}`, `["A"]`},
		lists + "does not allow non-null lists of non-nulls to contain null":           {"$l: [String!]!", "mustListOfMust(list: $l)", `{"l": ["A", null, "B"]}`, "refused variable.l[1]: cannot be null"},
		lists + "does not allow invalid types to be used as values":                    {"$in: Given!", ofIn, `{"in": {"text": "A"}}`, "refused"},
		lists + "does not allow unknown types to be used as values":                    {"$in: Unknown!", ofIn, `{"in": "who knows"}`, "refused"},
		defaults + "when no argument provided":                                         {"", "default", "", `"default"`},
		defaults + "when omitted variable provided":                                    {v, "default(text: $v)", "", `"default"`},
		defaults + "not when argument cannot be coerced":                               {"", "default(text: WRONG_TYPE)", "", "refused"},
		defaults + "when no runtime value is provided to a non-null argument":          {v, "mustDefault(text: $v)", "", `"default"`},
		"using fragment arguments/when there are no fragment arguments":                {"", `...A } } fragment A on Given { ... { mustText(text: "A")`, "", `{"given":{"mustText":"\"A\""}}`},
	} {
		t.Run("variables/"+name, func(t *testing.T) {
			query, want := "{ given { "+c.field+" } }", c.want
			if c.declared != "" {
				query = "query (" + c.declared + ") " + query
			}
			if !strings.HasPrefix(want, "refused") && !strings.HasPrefix(want, `{"given"`) && !strings.HasPrefix(want, "null |") {
				field, _, _ := strings.Cut(c.field, "(")
				shown, _ := json.Marshal(want) // a string
				want = `{"given":{"` + field + `":` + string(shown) + `}}`
			}
			expect(t, oursSchema(), &graphql.RawParams{Query: query, Variables: variables(t, c.variables)}, want)
		})
	}
}
