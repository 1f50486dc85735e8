package gqlexec

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
)

// InputError says that an argument, or a part of one, has a value that its type does not allow and that validation let pass.
type InputError struct {
	Reason string // such as "must not be null"
}

func (e *InputError) Error() string { return e.Reason }

// NullInput returns the [*InputError] of a null where the schema allows none, under the path of ctx. It gets past validation as the
// value of a nullable variable that has a default.
func NullInput(ctx context.Context) error {
	return graphql.ErrorOnPath(ctx, &InputError{"must not be null"})
}

// OneOfInput returns an [*InputError], under the path of ctx, unless v, an input object with the directive oneOf, has exactly one key and that
// is not null. Validation looks at literals only. A v that is no object is left to whoever reads it.
func OneOfInput(ctx context.Context, v any) error {
	fields, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	if len(fields) != 1 {
		return graphql.ErrorOnPath(ctx, &InputError{"must have exactly one key"})
	}
	for key, value := range fields {
		if value == nil {
			return NullInput(graphql.WithPathContext(ctx, graphql.NewPathWithField(key)))
		}
	}
	return nil
}

// EnumInput reads a value of an enum by its name; a null is the zero value. Any other name is an [*InputError]: validation compares
// those in variables without regard to case, so one that is none of the enum's gets past it.
func EnumInput[V any](v any, values map[string]V) (value V, err error) {
	if v == nil {
		return value, nil
	}
	name, err := graphql.UnmarshalString(v)
	if err != nil {
		return value, err
	}
	value, ok := values[name]
	if !ok {
		return value, &InputError{fmt.Sprintf("has no value %q", name)}
	}
	return value, nil
}

// Arg returns an argument that [Column.Args] has coerced; one that is missing is the zero value.
func Arg[V any](args map[string]any, name string) V {
	v, ok := args[name].(V)
	if !ok && args[name] != nil {
		panic(fmt.Sprintf("argument %s is a %T", name, args[name]))
	}
	return v
}

// InputField returns a field of an input object, or its default where it is missing.
func InputField(fields map[string]any, name string, def any) any {
	if v, ok := fields[name]; ok {
		return v
	}
	return def
}
