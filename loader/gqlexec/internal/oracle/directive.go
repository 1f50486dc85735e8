package oracle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// Directed is an object whose fields have directives.
type Directed struct {
	Number     int
	Plain      string
	MaybePlain *string
}

// FindDirected is Find for it.
func FindDirected(n int) (*Directed, error) {
	if _, err := Find(n); err != nil || n%7 == 6 {
		return nil, err
	}
	d := &Directed{Number: n, Plain: "plain"}
	if n%2 == 0 {
		d.MaybePlain = &d.Plain
	}
	return d, nil
}

// FindAllDirected is FindDirected for many; what fails is null.
func FindAllDirected(ns []int) []*Directed {
	found := make([]*Directed, len(ns))
	for i, n := range ns {
		if n%5 != 0 && n%16 != 0 {
			found[i], _ = FindDirected(n) // null
		}
	}
	return found
}

func (d *Directed) Method(_ context.Context, mark *string) (*string, error) {
	if d.Number%8 == 7 {
		return nil, errors.New("method fails")
	}
	return mark, nil
}

func (d *Directed) StrictMethod() (string, error) {
	if d.Number%8 == 7 {
		return "", errors.New("strict method fails")
	}
	return "method", nil
}

func (d *Directed) Self() *Directed              { return d }
func (d *Directed) Replaced() *int               { return &d.Number }
func (d *Directed) StrictReplaced() int          { return d.Number }
func (d *Directed) ReplacedObject() *Directed    { return d }
func (d *Directed) Clump() (*string, error)      { return (&Node{Number: d.Number}).Risky() }
func (d *Directed) StrictClump() (string, error) { return (&Node{Number: d.Number}).StrictRisky() }
func (d *Directed) FindNext() (*Directed, error) { return FindDirected(d.Number + 1) }
func Checked(n *int, strict int, in *CheckedInput) string {
	s := fmt.Sprint(value(n), strict)
	if in != nil {
		s += fmt.Sprint(" ", value(in.A), value(in.B), in.C)
	}
	return s
}

// CheckedInput is an input object with directives.
type CheckedInput struct {
	A, B *int
	C    int
}

func value(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

// Shout is the directive @shout.
func Shout(ctx context.Context, _ any, next graphql.Resolver, mark string, times *int) (any, error) {
	res, err := next(ctx)
	if err != nil {
		return nil, fmt.Errorf("shout: %w", err)
	}
	suffix := mark
	if times != nil {
		suffix = strings.Repeat(mark, *times)
	}
	switch text := res.(type) {
	case string:
		return strings.ToUpper(text) + suffix, nil
	case *string:
		if text == nil {
			return nil, nil // null
		}
		loud := strings.ToUpper(*text) + suffix
		return &loud, nil
	}
	return nil, fmt.Errorf("cannot shout a %T", res)
}

// Guard is the directive @guard.
func Guard(ctx context.Context, obj any, next graphql.Resolver, level int) (any, error) {
	if level == 0 {
		return nil, errors.New("guarded")
	}
	d, ok := obj.(*Directed)
	switch {
	case !ok:
		return next(ctx)
	case d.Number%level == 1:
		return nil, fmt.Errorf("guard %d at %s", level, graphql.GetPath(ctx))
	case d.Number%23 == 12:
		panic("guard")
	}
	return next(ctx)
}

// Replace is the directive @replace.
func Replace(ctx context.Context, obj any, next graphql.Resolver) (any, error) {
	switch obj.(*Directed).Number % 6 {
	case 0:
		return nil, nil // null
	case 1:
		return graphql.MarshalString("replaced"), nil
	case 2:
		return "text", nil
	case 3:
		graphql.AddErrorf(ctx, "told at %s", graphql.GetFieldContext(ctx).Field.Name)
		return nil, nil // null
	case 4:
		return graphql.Null, nil
	}
	return next(ctx)
}

// AtMost is the directive @atMost.
func AtMost(ctx context.Context, obj any, next graphql.Resolver, highest *int) (any, error) {
	res, err := next(ctx)
	if err != nil {
		return nil, err
	}
	n := -1
	switch v := res.(type) {
	case *int:
		if v != nil {
			n = *v
		}
	case int:
		n = v
	case CheckedInput:
		n = v.C + len(obj.(map[string]any))
	}
	switch {
	case n == 0:
		return nil, nil // null
	case n == 99:
		return "ninety-nine", nil
	case highest != nil && n > *highest:
		return nil, fmt.Errorf("%d is more than %d at %s", n, *highest, graphql.GetPath(ctx))
	}
	return res, nil
}
