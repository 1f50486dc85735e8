package oracle

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Outcome is what becomes of a field.
type Outcome string

// Link is a link of a chain. Its methods are its fields that come now, and what those that come later fetch.
type Link struct{ Is Outcome }

// become returns a field with the outcome that is asked for; nil is null.
func become[T any](ctx context.Context, l *Link, is *Outcome, value T) (*T, error) {
	if is == nil {
		is = &l.Is
	}
	switch *is {
	case "NULL":
		return nil, nil // null
	case "ERROR":
		return nil, errors.New("an error")
	case "OWN":
		return nil, &gqlerror.Error{Message: "its own", Extensions: map[string]any{"code": "OWN"}}
	case "ERRORS":
		return nil, gqlerror.List{{Message: "one"}, {Message: "another", Extensions: map[string]any{"code": "OTHER"}}}
	case "PANIC":
		panic("a panic")
	case "TOLD":
		graphql.AddErrorf(ctx, "told at %s", graphql.GetFieldContext(ctx).Field.Name)
		return nil, nil // null
	}
	return &value, nil
}

func (l *Link) Now(ctx context.Context, is *Outcome) (*string, error) {
	return become(ctx, l, is, "text")
}

func (l *Link) Link(ctx context.Context, is *Outcome) (*Link, error) {
	return become(ctx, l, is, Link{})
}

// List has three elements, of which the second may be null, or have fields that turn out as it says.
func (l *Link) List(ctx context.Context, is, second *Outcome) ([]*Link, error) {
	elements := []*Link{{}, {}, {}}
	switch {
	case second != nil && *second == "NULL":
		elements[1] = nil
	case second != nil:
		elements[1].Is = *second
	}
	list, err := become(ctx, l, is, elements)
	if list == nil {
		return nil, err
	}
	return *list, nil
}

// Given shows what its fields are given.
type Given struct{}

func shownAs[T any](v T) string {
	shown, _ := json.Marshal(v) // it came as JSON
	return string(shown)
}

// GivenInput is an input object without defaults.
type GivenInput struct {
	Text  *string     `json:"text"`
	Texts []*string   `json:"texts"`
	Must  string      `json:"must"`
	Odd   *Odd        `json:"odd"`
	Below *GivenInput `json:"below,omitempty"`
}

func (Given) Input(input *GivenInput) string          { return shownAs(input) }
func (Given) Mood(mood *Mood) string                  { return shownAs(mood) }
func (Given) MustMood(mood Mood) string               { return shownAs(mood) }
func (Given) Text(text *string) string                { return shownAs(text) }
func (Given) MustText(text string) string             { return shownAs(text) }
func (Given) Default(text *string) string             { return shownAs(text) }
func (Given) MustDefault(text string) string          { return shownAs(text) }
func (Given) List(list []*string) string              { return shownAs(list) }
func (Given) MustList(list []*string) string          { return shownAs(list) }
func (Given) ListOfMust(list []string) string         { return shownAs(list) }
func (Given) MustListOfMust(list []string) string     { return shownAs(list) }
func (Given) Any(value any) any                       { return value }
func (Given) Map(value map[string]any) map[string]any { return value }
