package testserver

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/clumpql/clumpql/loader"
)

func (query) InputSlice(_ context.Context, arg []string) loader.Clump[bool] {
	return loader.Value(len(arg) == 1 && arg[0] == "coerced")
}

// InputNullableSlice tells null from an empty list.
func (query) InputNullableSlice(_ context.Context, arg []string) loader.Clump[bool] {
	return loader.Value(arg == nil || len(arg) == 1 && arg[0] == "coerced")
}

// InputOmittable tells of each field whether it is set, and to what.
func (query) InputOmittable(_ context.Context, in OmittableInput) loader.Clump[string] {
	text := func(s string) string { return s }
	s := omittable("id", in.ID, text) + omittable("bool", in.Bool, strconv.FormatBool) + omittable("str", in.Str, text) +
		omittable("int", in.Int, strconv.Itoa) + omittable("time", in.Time, func(t time.Time) string { return t.UTC().Format(time.RFC3339) }) +
		omittable("enum", in.Enum, Status.String) + omittable("scalar", in.Scalar, func(p ThirdParty) string { return p.text }) +
		omittable("object", in.Object, func(o OuterInput) string { return strconv.Itoa(o.Inner.ID) })
	return loader.Value(s)
}

func omittable[V any](name string, o graphql.Omittable[*V], show func(V) string) string {
	v, set := o.ValueOK()
	switch {
	case !set:
		return ""
	case v == nil:
		return name + " null;"
	}
	return name + " " + show(*v) + ";"
}

func (query) DefaultParameters(_ context.Context, falsy, truthy *bool) loader.Clump[*DefaultParametersMirror] {
	return loader.Value(&DefaultParametersMirror{falsy, truthy})
}

func (mutation) DefaultInput(_ context.Context, in DefaultInput) loader.Clump[*DefaultParametersMirror] {
	return loader.Value(&DefaultParametersMirror{in.FalsyBoolean, in.TruthyBoolean})
}

func (query) DefaultScalar(_ context.Context, arg string) loader.Clump[string] {
	return loader.Value(arg)
}

func (query) Fallback(_ context.Context, arg FallbackToStringEncoding) loader.Clump[FallbackToStringEncoding] {
	return loader.Value(arg)
}

func (query) EnumInInput(_ context.Context, in *InputWithEnumValue) loader.Clump[EnumTest] {
	return loader.Value(in.Enum)
}

// MapStringInterface returns the map that it gets, whose values are those that the schema's types have in Go.
func (query) MapStringInterface(_ context.Context, in map[string]any) loader.Clump[map[string]any] {
	for name, v := range in {
		switch v.(type) {
		case string, *int, *CustomScalar, *MapNested:
		default:
			return loader.Fail[map[string]any](fmt.Errorf("%s is a %T", name, v))
		}
	}
	return loader.Value(in)
}

func (q query) MapNestedStringInterface(ctx context.Context, in *NestedMapInput) loader.Clump[map[string]any] {
	return q.MapStringInterface(ctx, in.Map)
}

func (query) MapNestedMapSlice(_ context.Context, in map[string]any) loader.Clump[*bool] {
	recurse, ok := in["recurse"].([]map[string]any)
	ok = ok && len(recurse) == 1 && *recurse[0]["name"].(*string) == "child"
	return loader.Value(&ok)
}

func (query) NestedInputs(_ context.Context, in [][]*OuterInput) loader.Clump[*bool] {
	ok := len(in) == 1 && len(in[0]) == 1 && in[0][0].Inner.ID == 1
	return loader.Value(&ok)
}

func (query) Recursive(_ context.Context, in *RecursiveInputSlice) loader.Clump[*bool] {
	ok := len(in.Self) == 2 && len(in.Self[1].Self) == 1
	return loader.Value(&ok)
}

func (query) EchoIntToInt(_ context.Context, in EchoInput) loader.Clump[int] {
	if in.N != nil {
		return loader.Value(int(*in.N))
	}
	return loader.Value(*in.Wide)
}

func (query) ValidType(context.Context) loader.Clump[*ValidType] {
	return loader.Value(&ValidType{DifferentCase: "new", DifferentCaseOld: "old"})
}

type validType struct{}

func (validType) ValidInputKeywords(_ context.Context, _ *ValidType, in *ValidInput) loader.Clump[bool] {
	return loader.Value(in.Break == "b" && in.Underscore == "_")
}

func (validType) ValidArgs(_ context.Context, _ *ValidType, b, f, _, _, _, underscore string) loader.Clump[bool] {
	return loader.Value(b == "b" && f == "f" && underscore == "_")
}

type mutation struct{}

func (mutation) UpdateSomething(_ context.Context, in SpecialInput) loader.Clump[string] {
	return loader.Value(string(in.Nesting.Field))
}

// UpdatePtrToPtr changes what is given, where a null is given too.
func (mutation) UpdatePtrToPtr(_ context.Context, in UpdatePtrToPtrOuter) loader.Clump[*PtrToPtrOuter] {
	out := &PtrToPtrOuter{Name: "oldName", Inner: &PtrToPtrInner{"oldKey", "oldValue"}, StupidInner: pointers(&PtrToPtrInner{"oldKey", "oldValue"})}
	if in.Name != nil {
		out.Name = *in.Name
	}
	if in.Inner != nil {
		out.Inner = (*in.Inner).updated()
	}
	if in.StupidInner != nil {
		out.StupidInner = nil
		if *in.StupidInner != nil {
			out.StupidInner = pointers((*******in.StupidInner).updated())
		}
	}
	return loader.Value(out)
}

func (in *UpdatePtrToPtrInner) updated() *PtrToPtrInner {
	if in == nil {
		return nil
	}
	return &PtrToPtrInner{*in.Key, *in.Value}
}

func pointers(inner *PtrToPtrInner) *******PtrToPtrInner {
	p2 := &inner
	p3 := &p2
	p4 := &p3
	p5 := &p4
	p6 := &p5
	return &p6
}

type fieldsOrderInput struct{}

func (fieldsOrderInput) OverrideFirstField(_ context.Context, in *FieldsOrderInput, data *string) error {
	if data != nil && *data == "refuse" {
		return errBoom
	}
	in.FirstField = data
	return nil
}

func (mutation) OverrideValueViaInput(_ context.Context, in FieldsOrderInput) loader.Clump[*FieldsOrderPayload] {
	return loader.Value(&FieldsOrderPayload{in.FirstField})
}

func (mutation) Issue4053(_ context.Context, in *Issue4053Input1) loader.Clump[string] {
	if in == nil {
		return loader.Value("nil")
	}
	return loader.Value(fmt.Sprintf("%+v", in.Input2))
}
