package generate

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

// output is a type that fields have, with the way its values are completed.
type output struct {
	*config.TypeReference
	Form     string // the function of gqlexec that completes it
	Object   *codegen.Object
	Abstract *abstract
	Elem     *config.TypeReference // of a list or a pointer to a scalar
	Nil      bool                  // a scalar whose nil is null
	Append   *types.Func           // of a scalar: appends its JSON
}

// encoders are gqlgen's marshalers that gqlexec has a faster equal of.
var encoders = map[string]string{
	"MarshalString": "Strings", "MarshalID": "Strings", "MarshalBoolean": "Booleans",
	"MarshalInt": "Integers", "MarshalInt8": "Integers", "MarshalInt16": "Integers", "MarshalInt32": "Integers", "MarshalInt64": "Integers",
}

const graphqlPackage = "github.com/99designs/gqlgen/graphql"

func newOutput(data *codegen.Data, ref *config.TypeReference) (*output, error) {
	o := &output{TypeReference: ref}
	switch {
	case ref.IsSlice():
		o.Form, o.Elem = "Lists", ref.Elem()
		return o, nil
	case ref.IsPtrToSlice(), ref.IsPtrToIntf(), ref.IsPtrToPtr() && !ref.IsMarshaler && ref.Marshaler == nil:
		o.Form, o.Elem = "Pointers", ref.Elem()
		return o, nil
	}
	switch ref.Definition.Kind {
	case ast.Object:
		return o, o.object(data)
	case ast.Interface, ast.Union:
		return o, o.abstract(data)
	}
	return o, o.leaf()
}

func (o *output) object(data *codegen.Data) error {
	o.Object = data.Objects.ByName(o.Definition.Name)
	switch {
	case types.Identical(o.GO, o.Object.Type) && config.IsNilable(o.GO):
		o.Form = "References"
	case types.Identical(o.GO, o.Object.Type):
		o.Form = "ObjectValues"
	case types.Identical(o.GO, types.NewPointer(o.Object.Type)):
		o.Form = "Objects"
	default:
		return fmt.Errorf("the Go type %s is not %s or a pointer to it", o.GO, o.Object.Type)
	}
	return nil
}

func (o *output) abstract(data *codegen.Data) (err error) {
	o.Form = "Abstract"
	if of := data.Interfaces[o.Definition.Name]; !types.Identical(o.GO, of.Type) {
		return fmt.Errorf("the Go type %s is not %s", o.GO, of.Type)
	}
	o.Abstract, err = newAbstract(data, o.Definition.Name)
	return err
}

// leaf chooses how a scalar or an enum is encoded.
func (o *output) leaf() error {
	o.Nil = o.IsNilable()
	switch {
	case o.IsMarshaler:
		o.Form = "Leaves"
		if o.IsContext {
			o.Form = "ContextLeaves"
		}
	case o.Marshaler == nil:
		return fmt.Errorf("the Go type %s of %s has no marshaler", o.GO, o.GQL)
	case o.IsPtr() && !o.IsTargetNilable():
		o.Form, o.Elem = "Pointers", o.TypeReference.Elem()
	case o.IsTargetNilable() && !o.IsNilable():
		return fmt.Errorf("the marshaler %s of %s takes a pointer, but the Go type is %s", o.Marshaler.Name(), o.GQL, o.GO)
	case o.IsContext:
		o.Form = "ContextLeaves"
	default:
		o.Form = o.encoder()
		if o.Append = o.appender(); o.Append != nil {
			o.Form = "Appended"
		}
	}
	return nil
}

// appender returns the function AppendX(buf []byte, v T) []byte that stands beside the scalar's MarshalX, or nil.
func (o *output) appender() *types.Func {
	name, ok := strings.CutPrefix(o.Marshaler.Name(), "Marshal")
	if !ok || o.Nil || o.HasEnumValues() || o.CastType != nil || o.Marshaler.Pkg() == nil {
		return nil
	}
	found, ok := o.Marshaler.Pkg().Scope().Lookup("Append" + name).(*types.Func)
	if !ok {
		return nil
	}
	buf := types.NewSlice(types.Typ[types.Byte])
	of := func(t ...types.Type) *types.Tuple {
		vars := make([]*types.Var, len(t))
		for i := range t {
			vars[i] = types.NewVar(token.NoPos, nil, "", t[i])
		}
		return types.NewTuple(vars...)
	}
	if !types.Identical(found.Type(), types.NewSignatureType(nil, nil, nil, of(buf, o.GO), of(buf), false)) {
		return nil
	}
	return found
}

func (o *output) encoder() string {
	pkg := o.Marshaler.Pkg()
	if o.HasEnumValues() || o.CastType != nil || pkg == nil || pkg.Path() != graphqlPackage {
		return "Leaves"
	}
	if _, basic := types.Unalias(o.GO).(*types.Basic); !basic {
		return "Leaves"
	}
	if form, ok := encoders[o.Marshaler.Name()]; ok {
		return form
	}
	return "Leaves"
}

// CompleteFunc is the name of the executor's method that completes the type.
func CompleteFunc(ref *config.TypeReference) string { return "complete" + ref.UniquenessKey() }

// CompleteFunc is the name of the executor's method that completes o.
func (o *output) CompleteFunc() string { return CompleteFunc(o.TypeReference) }

// ElemFunc is the name of the executor's method that completes the elements of o.
func (o *output) ElemFunc() string { return CompleteFunc(o.Elem) }

// input is a type that arguments and input fields have.
type input struct{ *config.TypeReference }

// Boxed says that it is a pointer to what Elem reads, and not read itself.
func (in *input) Boxed() bool {
	return in.IsPtrToSlice() || in.IsPtrToIntf() || in.IsPtrToPtr() && in.Unmarshaler == nil && !in.IsMarshaler
}

// OneOf says that it is an input object of which exactly one key must be given. Pointers and lists leave that to their elements.
func (in *input) OneOf() bool {
	return !in.IsSlice() && !in.Boxed() && in.Definition.Kind == ast.InputObject && in.Definition.Directives.ForName("oneOf") != nil
}

func newInput(ref *config.TypeReference) (*input, error) {
	if ref.PointersInUnmarshalInput {
		return nil, fmt.Errorf("return_pointers_in_unmarshalinput is not supported")
	}
	return &input{ref}, nil
}
