package oracle_test

import (
	"context"
	"io"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
)

// intercept is a root field interceptor that does what the alias of the field says.
func intercept(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	switch graphql.GetRootFieldContext(ctx).Field.Alias {
	case "skip":
		return graphql.Null
	case "other":
		return graphql.MarshalInt(1)
	case "instead":
		next(ctx)
		return graphql.MarshalInt(2)
	case "wrap":
		answer := next(ctx)
		return graphql.WriterFunc(func(w io.Writer) {
			_, _ = io.WriteString(w, `{"wrapped":`)
			answer.MarshalGQL(w)
			_, _ = io.WriteString(w, `}`)
		})
	case "onNull":
		if next(ctx) == graphql.Null {
			return graphql.MarshalString("was null")
		}
		return graphql.MarshalString("was not null")
	case "error":
		graphql.AddErrorf(ctx, "intercepted")
	}
	return next(ctx)
}

func TestRootFieldInterceptors(t *testing.T) {
	for name, query := range map[string]string{
		"Skip":            `{ skip: node(id: 1) { id } node(id: 2) { id } __typename }`,
		"Other":           `{ node(id: 2) { id } other: node(id: 1) { id } }`,
		"OtherInStrict":   `{ other: strictNode(id: 6) { id } }`,
		"Instead":         `{ instead: node(id: 1) { id } node(id: 2) { id } }`,
		"InsteadOfNull":   `{ instead: strictNode(id: 6) { id } node(id: 2) { id } }`,
		"InsteadOfError":  `{ instead: node(id: 10) { id } a: node(id: 2) { id } }`,
		"Wrap":            `{ wrap: nodes(ids: [1, 6]) { id next { id } } a: node(id: 10) { id } }`,
		"WrapNull":        `{ wrap: node(id: 6) { id } }`,
		"Null":            `{ onNull: node(id: 6) { id } a: node(id: 6) { id } }`,
		"NullByBelow":     `{ onNull: node(id: 1) { strictNext { strictNext { strictNext { id } } } } }`,
		"NotNull":         `{ onNull: node(id: 1) { id } }`,
		"Error":           `{ error: node(id: 1) { id } a: node(id: 10) { id } }`,
		"Introspection":   `{ skip: __schema { description } wrap: __type(name: "Point") { name } }`,
		"Mutation":        `mutation { skip: add(n: 1) { value } a: add(n: 2) { value now } wrap: add(n: 3) { value } b: add(n: 1) { value now } }`,
		"MutationInstead": `mutation { instead: mustAdd(n: -1) { value } a: add(n: 1) { value } }`,
		"MutationStrict":  `mutation { skip: mustAdd(n: 1) { value } a: addOrFail(n: 1) { value } }`,
		"MutationNull":    `mutation { onNull: addOrFail(n: 13) { value } a: addOrFail(n: -1) { value } }`,
	} {
		t.Run(name, func(t *testing.T) {
			install := func(e *executor.Executor) { e.AroundRootFields(intercept) }
			want, got := ask(t, stockSchema(), query, nil, install), ask(t, oursSchema(), query, nil, install)
			checkLocations(t, query, "", got.Errors)
			if diff := cmp.Diff(want.sent().withLocationsOf(got), got); diff != "" {
				t.Errorf("%s\nstock, ours:\n%s", query, diff)
			}
		})
	}
}
