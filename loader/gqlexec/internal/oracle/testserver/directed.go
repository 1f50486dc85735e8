package testserver

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"github.com/clumpql/clumpql/loader"
)

func ok() loader.Clump[*string] {
	s := "Ok"
	return loader.Value(&s)
}

func (query) DirectiveArg(context.Context, string) loader.Clump[*string] { return ok() }

func (query) DirectiveNullableArg(_ context.Context, _, _ *int, arg3 *string) loader.Clump[*string] {
	if arg3 != nil {
		return loader.Fail[*string](errors.New("not made null"))
	}
	return ok()
}

func (query) DirectiveSingleNullableArg(_ context.Context, arg1 *string) loader.Clump[*string] {
	if arg1 != nil {
		return loader.Value(arg1)
	}
	return ok()
}

func (query) DirectiveInputNullable(context.Context, *InputDirectives) loader.Clump[*string] {
	return ok()
}
func (query) DirectiveInputType(context.Context, InnerInput) loader.Clump[*string] { return ok() }
func (query) DirectiveInputOuter(context.Context, OuterWrapperInput) loader.Clump[*string] {
	return ok()
}
func (query) DirectiveInputWithArgs(context.Context, InputDirectivesWithArgs) loader.Clump[*string] {
	return ok()
}

func (query) DirectiveObject(context.Context) loader.Clump[*ObjectDirectives] {
	s := "text"
	return loader.Value(&ObjectDirectives{Text: "Ok", NullableText: &s})
}

func (query) DirectiveObjectWithCustomGoModel(context.Context) loader.Clump[*ObjectDirectivesWithCustomGoModel] {
	return loader.Value(&ObjectDirectivesWithCustomGoModel{"text"})
}

func (query) DirectiveFieldDef(_ context.Context, ret string) loader.Clump[string] {
	return loader.Value(ret)
}
func (query) DirectiveDouble(context.Context) loader.Clump[*string]        { return ok() }
func (query) DirectiveUnimplemented(context.Context) loader.Clump[*string] { return ok() }

// Directives are the functions of the schema's directives, but for one. Told is called by those of inputs.
func Directives(told func(directive string, value any)) DirectiveRoot {
	pass := func(ctx context.Context, _ any, next graphql.Resolver) (any, error) { return next(ctx) }
	order := func(ctx context.Context, _ any, next graphql.Resolver, location string) (any, error) {
		res, err := next(ctx)
		if o, ok := res.(*ObjectDirectives); ok {
			o.Order = append([]string{location}, o.Order...)
		}
		return res, err
	}
	return DirectiveRoot{
		Length: length, Range: inRange, Populate: populate, Order1: order, Order2: order,
		Custom: pass, Noop: pass, Directive1: pass, Directive2: pass,
		ToNull:  func(context.Context, any, graphql.Resolver) (any, error) { return nil, nil },
		MakeNil: func(context.Context, any, graphql.Resolver) (any, error) { return nil, nil },
		MakeTypedNil: func(ctx context.Context, _ any, _ graphql.Resolver) (any, error) {
			if graphql.GetFieldContext(ctx).Field.Name == "animal" {
				return (*Dog)(nil), nil
			}
			return (*Circle)(nil), nil
		},
		Directive3: func(ctx context.Context, _ any, next graphql.Resolver) (any, error) {
			res, err := next(ctx)
			told("directive3", res)
			return res, err
		},
		Directive3WithArg: func(ctx context.Context, _ any, next graphql.Resolver, inputNamespace string) (any, error) {
			res, err := next(ctx)
			told("directive3WithArg "+inputNamespace, res)
			return res, err
		},
	}
}

func length(ctx context.Context, _ any, next graphql.Resolver, least int, most *int, message *string) (any, error) {
	res, err := next(ctx)
	if err != nil {
		return nil, err
	}
	n := len(res.(string))
	if n >= least && (most == nil || n <= *most) {
		return res, nil
	}
	if message != nil {
		return nil, errors.New(*message)
	}
	return nil, fmt.Errorf("has length %d", n)
}

func inRange(ctx context.Context, _ any, next graphql.Resolver, least, most *int) (any, error) {
	res, err := next(ctx)
	n, ok := res.(*int)
	switch {
	case err != nil || !ok:
		return res, err
	case least != nil && *n < *least:
		return nil, errors.New("too small")
	case most != nil && *n > *most:
		return nil, errors.New("too large")
	}
	return res, nil
}

func populate(ctx context.Context, _ any, next graphql.Resolver, value string) (any, error) {
	res, err := next(ctx)
	if s, ok := res.(*string); ok && s == nil && err == nil {
		return &value, nil
	}
	return res, err
}
