package generate

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

// model is what the template renders.
type model struct {
	*codegen.Data
	Objects   codegen.Objects
	Outputs   []*output   // every type that a field of them has, its elements included
	Abstracts []*abstract // every interface and union among these
	Inputs    []*input    // every type that an argument or an input field has
	Args      []arguments
}

// arguments are those of one field, in a function that coerces them.
type arguments struct {
	Func string
	Args []*codegen.FieldArgument
}

// builder collects a model and everything that stands against it.
type builder struct {
	data      *codegen.Data
	outputs   map[string]*output
	abstracts map[string]*abstract
	inputs    map[string]*input
	args      map[string][]*codegen.FieldArgument
	refused   []error
}

func newModel(data *codegen.Data) (*model, error) {
	b := &builder{
		data:      data,
		outputs:   map[string]*output{},
		abstracts: map[string]*abstract{},
		inputs:    map[string]*input{},
		args:      map[string][]*codegen.FieldArgument{},
	}
	b.refuseSchema()
	for _, o := range data.Objects {
		for _, f := range o.Fields {
			b.field(f)
		}
	}
	for _, in := range data.Inputs {
		b.inputObject(in)
	}
	if len(b.refused) > 0 {
		return nil, errors.Join(b.refused...)
	}
	m := &model{
		Data:      data,
		Objects:   data.Objects,
		Outputs:   sorted(b.outputs),
		Abstracts: sorted(b.abstracts),
		Inputs:    sorted(b.inputs),
	}
	for _, name := range slices.Sorted(maps.Keys(b.args)) {
		m.Args = append(m.Args, arguments{name, b.args[name]})
	}
	return m, nil
}

func sorted[T interface{ UniquenessKey() string }](set map[string]T) []T {
	return slices.SortedFunc(maps.Values(set), func(a, b T) int {
		return cmp.Compare(a.UniquenessKey(), b.UniquenessKey())
	})
}

// field adds the types of a field and of its arguments.
func (b *builder) field(f *codegen.Field) {
	where := fieldName{f}
	if !b.refuseField(where) {
		return
	}
	b.output(where, f.TypeReference)
	b.directives(where, f.ImplDirectives())
	if len(f.Args) == 0 {
		return
	}
	b.args[f.ArgsFunc()] = f.Args
	for _, a := range f.Args {
		b.directives(where, a.ImplDirectives())
		b.input(where, a.TypeReference)
	}
}

func (b *builder) inputObject(o *codegen.Object) {
	if o.HasUnmarshal() {
		return
	}
	for i, f := range o.Fields {
		where := fieldName{f}
		if i == 0 {
			b.directives(where, o.InputObjectDirectives())
		}
		b.directives(where, f.ImplDirectives())
		b.input(where, f.TypeReference)
	}
}

// output adds the type and those of its elements.
func (b *builder) output(where fieldName, ref *config.TypeReference) {
	key := ref.UniquenessKey()
	if b.outputs[key] != nil {
		return
	}
	o, err := newOutput(b.data, ref)
	if err != nil {
		b.refuse(where, "%w", err)
		return
	}
	b.outputs[key] = o
	if o.Abstract != nil {
		b.abstracts[o.Abstract.Name] = o.Abstract
	}
	if o.Elem != nil {
		b.output(where, o.Elem)
	}
}

func (b *builder) input(where fieldName, ref *config.TypeReference) {
	key := ref.UniquenessKey()
	if b.inputs[key] != nil {
		return
	}
	in, err := newInput(ref)
	if err != nil {
		b.refuse(where, "%w", err)
		return
	}
	b.inputs[key] = in
	if in.IsSlice() || in.Boxed() {
		b.input(where, in.Elem())
	}
}
