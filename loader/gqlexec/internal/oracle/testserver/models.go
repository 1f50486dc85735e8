package testserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// Error is an object whose methods fail.
type Error struct{ ID string }

var errBoom = errors.New("boom")

func (Error) ErrorOnRequiredField() (string, error)    { return "", errBoom }
func (Error) ErrorOnNonRequiredField() (string, error) { return "", errBoom }
func (Error) NilOnRequiredField() *string              { return nil }

// Errors has resolvers only.
type Errors struct{}

// MarshalPanic is a scalar that can be neither read nor written.
type MarshalPanic string

// UnmarshalGQL implements graphql.Unmarshaler.
func (*MarshalPanic) UnmarshalGQL(any) error { panic("BOOM") }

// MarshalGQL implements graphql.Marshaler.
func (MarshalPanic) MarshalGQL(io.Writer) { panic("BOOM") }

// Panics has fields that panic.
type Panics struct{}

func (*Panics) FieldFuncMarshal(_ context.Context, u []MarshalPanic) []MarshalPanic {
	return []MarshalPanic{"one", "two"}
}

// Bytes is a scalar that is a slice.
type Bytes []byte

// UnmarshalGQL implements graphql.Unmarshaler.
func (b *Bytes) UnmarshalGQL(v any) error {
	s, err := graphql.UnmarshalString(v)
	*b = Bytes(s)
	return err
}

// MarshalGQL implements graphql.Marshaler.
func (b Bytes) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(b))) }

// ModelMethods has methods with a context and without.
type ModelMethods struct{}

func (ModelMethods) NoContext() bool                      { return true }
func (ModelMethods) WithContext(ctx context.Context) bool { return graphql.GetFieldContext(ctx) != nil }

// OverlappingFields has one Go field for several fields.
type OverlappingFields struct{ Foo, NewFoo int }

// StringFromContextInterface is written by a method that is given the context.
type StringFromContextInterface struct{}

// MarshalGQLContext implements graphql.ContextMarshaler.
func (StringFromContextInterface) MarshalGQLContext(ctx context.Context, w io.Writer) error {
	return MarshalStringFromContextFunction("").MarshalGQLContext(ctx, w)
}

// UnmarshalGQLContext implements graphql.ContextUnmarshaler.
func (*StringFromContextInterface) UnmarshalGQLContext(context.Context, any) error { return nil }

// MarshalStringFromContextFunction writes the name of the field.
func MarshalStringFromContextFunction(string) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(ctx context.Context, w io.Writer) error {
		_, err := io.WriteString(w, strconv.Quote(graphql.GetFieldContext(ctx).Field.Name))
		return err
	})
}

// UnmarshalStringFromContextFunction reads the name of the field.
func UnmarshalStringFromContextFunction(ctx context.Context, _ any) (string, error) {
	return graphql.GetFieldContext(ctx).Field.Name, nil
}

// Primitive is an object that is a number.
type Primitive int

func (p Primitive) Squared() int { return int(p) * int(p) }

// PrimitiveString is an object that is a string.
type PrimitiveString string

func (s PrimitiveString) Doubled() string { return strings.Repeat(string(s), 2) }

// Email is a scalar that refuses what has no @.
type Email string

// UnmarshalGQL implements graphql.Unmarshaler.
func (e *Email) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	if !strings.Contains(s, "@") {
		return errors.New("invalid email format")
	}
	*e = Email(s)
	return nil
}

// MarshalGQL implements graphql.Marshaler.
func (e Email) MarshalGQL(w io.Writer) { _ = json.NewEncoder(w).Encode(string(e)) }

// ThirdParty is a scalar whose functions stand beside it.
type ThirdParty struct{ text string }

// MarshalThirdParty writes it.
func MarshalThirdParty(v ThirdParty) graphql.Marshaler { return graphql.MarshalString(v.text) }

// UnmarshalThirdParty reads it.
func UnmarshalThirdParty(v any) (ThirdParty, error) {
	text, ok := v.(string)
	if !ok {
		return ThirdParty{}, fmt.Errorf("%T is no third party", v)
	}
	return ThirdParty{text}, nil
}

// FallbackToStringEncoding is an enum without methods.
type FallbackToStringEncoding string

// CustomScalar is a scalar of the maps.
type CustomScalar struct{ value int64 }

// UnmarshalGQL implements graphql.Unmarshaler.
func (s *CustomScalar) UnmarshalGQL(v any) (err error) {
	s.value, err = strconv.ParseInt(fmt.Sprint(v), 10, 64)
	return err
}

// MarshalGQL implements graphql.Marshaler.
func (s CustomScalar) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, `"%d"`, s.value) }

// MapNested is both an object and an input.
type MapNested struct{ Value CustomScalar }

// RecursiveInputSlice holds itself by value.
type RecursiveInputSlice struct{ Self []RecursiveInputSlice }

// PtrToPtrOuter has far too many pointers, as its inputs have.
type PtrToPtrOuter struct {
	Name        string
	Inner       *PtrToPtrInner
	StupidInner *******PtrToPtrInner
}

// PtrToPtrInner is what they lead to.
type PtrToPtrInner struct{ Key, Value string }

// UpdatePtrToPtrOuter tells by a pointer to a nil that a field is null, and by nil that it is not given.
type UpdatePtrToPtrOuter struct {
	Name        *string
	Inner       **UpdatePtrToPtrInner
	StupidInner ********UpdatePtrToPtrInner
}

// UpdatePtrToPtrInner is what they lead to.
type UpdatePtrToPtrInner struct{ Key, Value *string }

// FieldsOrderInput lacks a field of the schema.
type FieldsOrderInput struct{ FirstField *string }

// Issue4053Input1 holds an input by value that may be null.
type Issue4053Input1 struct{ Input2 Issue4053Input2 }

// Issue4053Input2 holds strings that may be null.
type Issue4053Input2 struct{ Hello, HelloWithDefault string }

// EchoInput has integers of two sizes.
type EchoInput struct {
	N    *int32
	Wide *int
}
