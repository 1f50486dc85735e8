package oracle_test

import "testing"

// Links and lists that turn out as they are asked to.
func TestOutcomes_Fixed(t *testing.T) {
	for name, query := range map[string]string{
		"Values":         `{ link { now strictNow later strictLater link { now } strictLaterLink { laterLink { strictLater } } list { now } } }`,
		"Nulls":          `{ link { now(is: NULL) later(is: NULL) link(is: NULL) { now } laterLink(is: NULL) { now } list(is: NULL) { now } laterList(is: NULL) { now } } }`,
		"Told":           `{ link { now(is: TOLD) later(is: TOLD) link(is: TOLD) { now } laterLink(is: TOLD) { now } list(is: TOLD) { now } } }`,
		"ToldInNonNull":  `{ link { link { strictNow(is: TOLD) } } }`,
		"ToldInNonNull2": `{ link { a: link { strictLink(is: TOLD) { now } } b: link { strictLaterLink(is: TOLD) { now } } } }`,
		"Own":            `{ link { now(is: OWN) later(is: OWN) link(is: OWN) { now } laterList(is: OWN) { now } b: now(is: OWN) } }`,
		"Errors":         `{ link { now(is: ERRORS) later(is: ERRORS) link { strictNow(is: ERRORS) } list(second: ERRORS) { now later } } }`,
		"Any":            `{ given { any(value: {a: [1, {b: "x y", c: "\"\\"}, null]}) map(value: {a: true}) a: any(value: " ") b: any(value: 5) c: any(value: null) d: any } }`,
	} {
		t.Run(name, func(t *testing.T) { compare(t, query, nil) })
	}
}
