package testserver

import (
	"context"

	"github.com/clumpql/clumpql/loader"
)

func (query) Shapes(context.Context) loader.Clump[[]Shape] {
	return loader.Value([]Shape{&Rectangle{Coordinates: Coordinates{-1, -1}}, &Circle{Coordinates: Coordinates{1, 1}}})
}

func (query) NoShape(context.Context) loader.Clump[Shape] { return loader.Value[Shape](nil) }

// NoShapeTypedNil must not be called: its directive does not.
func (query) NoShapeTypedNil(context.Context) loader.Clump[Shape] { panic("called") }

func (query) Animal(context.Context) loader.Clump[Animal] { panic("called") }

func (query) ShapeUnion(context.Context) loader.Clump[ShapeUnion] {
	return loader.Value[ShapeUnion](&Circle{Radius: 32})
}

func (query) OptionalUnion(context.Context) loader.Clump[TestUnion] { return loader.Empty[TestUnion]() }

func (query) Node(_ context.Context, concrete bool) loader.Clump[Node] {
	if concrete {
		return loader.Value[Node](concreteNode{})
	}
	return loader.Value[Node](&ConcreteNodeA{ID: "1234", Name: "n", child: &ConcreteNodeA{ID: "5678", Name: "c"}})
}

func (query) Dog(context.Context) loader.Clump[*Dog] {
	return loader.Value(&Dog{Size: &Size{Height: 100, Weight: 35}})
}

func (query) NotAnInterface(_ context.Context, fail *bool) loader.Clump[BackedByInterface] {
	if *fail {
		return loader.Value[BackedByInterface](&backed{errBoom})
	}
	return loader.Value[BackedByInterface](&backed{})
}

type backedByInterface struct{}

func (backedByInterface) ID(_ context.Context, b BackedByInterface) loader.Clump[string] {
	return loader.Value("ID:" + b.ThisShouldBind())
}

func (query) EmbeddedCase1(context.Context) loader.Clump[*EmbeddedCase1] {
	return loader.Value(&EmbeddedCase1{})
}

func (query) EmbeddedCase2(context.Context) loader.Clump[*EmbeddedCase2] {
	return loader.Value(&EmbeddedCase2{&embedded{}})
}

func (query) EmbeddedCase3(context.Context) loader.Clump[*EmbeddedCase3] {
	return loader.Value(&EmbeddedCase3{&embedded{}})
}

func (query) PtrToAnyContainer(_ context.Context, null *bool) loader.Clump[*PtrToAnyContainer] {
	if *null {
		return loader.Value(&PtrToAnyContainer{})
	}
	var v any = map[string]any{"some": "thing"}
	return loader.Value(&PtrToAnyContainer{&v})
}

func (query) PtrToSliceContainer(_ context.Context, null *bool) loader.Clump[*PtrToSliceContainer] {
	if *null {
		return loader.Value(&PtrToSliceContainer{})
	}
	return loader.Value(&PtrToSliceContainer{&[]string{"hello"}})
}

func (query) VOkCaseValue(context.Context) loader.Clump[*VOkCaseValue] {
	return loader.Value(&VOkCaseValue{})
}
func (query) VOkCaseNil(context.Context) loader.Clump[*VOkCaseNil] {
	return loader.Value(&VOkCaseNil{})
}
func (query) VariadicModel(context.Context) loader.Clump[*VariadicModel] {
	return loader.Value(&VariadicModel{})
}

func (query) WrappedStruct(context.Context) loader.Clump[*WrappedStruct] {
	return loader.Value(&WrappedStruct{Name: "hello"})
}

func (query) WrappedScalar(context.Context) loader.Clump[WrappedScalar] {
	return loader.Value[WrappedScalar]("hello")
}

func (query) WrappedMap(context.Context) loader.Clump[WrappedMap] {
	return loader.Value(WrappedMap{"name": "hello"})
}

func (query) WrappedSlice(context.Context) loader.Clump[WrappedSlice] {
	return loader.Value(WrappedSlice{"hello"})
}

type wrappedMap struct{}

func (wrappedMap) Get(_ context.Context, m WrappedMap, key string) loader.Clump[string] {
	return loader.Value(m[key])
}

type wrappedSlice struct{}

func (wrappedSlice) Get(_ context.Context, s WrappedSlice, i int) loader.Clump[string] {
	return loader.Value(s[i])
}

// Getter has a name and an email, only a name, or neither.
func (query) Getter(_ context.Context, id string) loader.Clump[*Getter] {
	name, email := "Bob", "bob@example.com"
	g := &Getter{id: id, age: 30}
	switch id {
	case "both":
		g.name, g.email = &name, &email
	case "name":
		g.name = &name
	}
	return loader.Value(g)
}

func (query) ForcedResolver(context.Context) loader.Clump[*ForcedResolver] {
	return loader.Value(&ForcedResolver{})
}

type forcedResolver struct{}

func (forcedResolver) Field(context.Context, *ForcedResolver) loader.Clump[*Circle] {
	return loader.Value[*Circle](nil)
}
