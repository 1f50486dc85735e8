package testserver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver"
)

// A resolver may look what is selected below its field, as gqlgen's functions for that do.
func TestFieldRequested(t *testing.T) {
	for _, c := range []struct{ name, query, variables, want string }{
		{"friends not requested", `{ user(id: 1) { id } }`, "", ""},
		{"friends requested", `{ user(id: 1) { friends { __typename } } }`, "", "friends any"},
		{"multiple fields - friends and pets", `{ user(id: 1) { friends { __typename } pets { id } } }`, "", "friends pets any"},
		{"pets requested but not friends", `{ user(id: 1) { pets { id } } }`, "", "pets"},
		{"nested path - friends.id", `{ user(id: 1) { friends { id } } }`, "", "friends friends.id any"},
		{"nested path - missing leaf", `{ user(id: 1) { friends { updated } } }`, "", "friends any"},
		{"inline fragment", `{ user(id: 1) { ... on User { friends { id } } } }`, "", "friends friends.id any"},
		{"named fragment", `{ user(id: 1) { ...F } } fragment F on User { friends { id } }`, "", "friends friends.id any"},
		{"skip directive - friends skipped", `query ($skip: Boolean!) { user(id: 1) { id friends @skip(if: $skip) { id } } }`, `{"skip": true}`, ""},
		{"skip directive - friends not skipped", `query ($skip: Boolean!) { user(id: 1) { id friends @skip(if: $skip) { id } } }`, `{"skip": false}`,
			"friends friends.id any"},
		{"include directive - friends excluded", `query ($inc: Boolean!) { user(id: 1) { id friends @include(if: $inc) { id } } }`, `{"inc": false}`, ""},
		{"aliased field", `{ user(id: 1) { mates: friends { id } } }`, "", "friends friends.id any"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			server := newServer(&testserver.Resolver{Requested: func(friends, pets, below, nothing, anyOfTwo bool) {
				for i, requested := range []bool{friends, pets, below, nothing, anyOfTwo} {
					if requested {
						got = append(got, []string{"friends", "pets", "friends.id", "nothing", "any"}[i])
					}
				}
			}})
			if answer := ask(t, server, c.query, c.variables); strings.Contains(answer, "errors") || fmt.Sprint(got) != "["+c.want+"]" {
				t.Errorf("%s: %s, requested %v, want %s", c.query, answer, got, c.want)
			}
		})
	}
}
