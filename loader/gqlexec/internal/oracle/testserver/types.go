package testserver

import (
	"context"
	"math"
	"strconv"
)

// Shape is an interface.
type Shape interface{ isShape() }

// ShapeUnion is a union.
type ShapeUnion interface{ isShapeUnion() }

// Coordinates are embedded in both shapes.
type Coordinates struct{ X, Y float64 }

// Circle is a shape.
type Circle struct {
	Radius float64
	Coordinates
}

func (c *Circle) Area() float64 { return c.Radius * c.Radius * math.Pi }
func (*Circle) isShape()        {}
func (*Circle) isShapeUnion()   {}

// Rectangle is a shape.
type Rectangle struct {
	Length, Width float64
	Coordinates
}

func (r *Rectangle) Area() float64 { return r.Length * r.Width }
func (*Rectangle) isShape()        {}
func (*Rectangle) isShapeUnion()   {}

// Node is an interface with a method that can fail.
type Node interface{ Child() (Node, error) }

// ConcreteNodeA is a node that is a struct.
type ConcreteNodeA struct {
	ID, Name string
	child    Node
}

// Child is the node below.
func (n *ConcreteNodeA) Child() (Node, error) { return n.child, nil }

// ConcreteNodeInterface is a node that is an interface itself.
type ConcreteNodeInterface interface {
	Node
	ID() string
}

type concreteNode struct{}

func (concreteNode) ID() string { return "concrete" }
func (concreteNode) Child() (Node, error) {
	return &ConcreteNodeA{ID: "child", Name: "of the concrete"}, nil
}

// BackedByInterface is an object that is an interface.
type BackedByInterface interface {
	ThisShouldBind() string
	ThisShouldBindWithError() (string, error)
}

type backed struct{ err error }

func (*backed) ThisShouldBind() string                     { return "A" }
func (b *backed) ThisShouldBindWithError() (string, error) { return "A", b.err }

// EmbeddedCase1 has a method of a pointer that is nil.
type EmbeddedCase1 struct {
	Empty
	*ExportedEmbedded
}

// Empty is an interface without methods.
type Empty any

// ExportedEmbedded is embedded.
type ExportedEmbedded struct{}

func (*ExportedEmbedded) ExportedEmbeddedPointerExportedMethod() string { return "exported pointer" }

// EmbeddedCase2 has a method of a type that is not exported.
type EmbeddedCase2 struct{ *embedded }

type embedded struct{}

func (*embedded) UnexportedEmbeddedPointerExportedMethod() string { return "unexported pointer" }
func (*embedded) UnexportedEmbeddedInterfaceExportedMethod() string {
	return "unexported interface"
}

// EmbeddedCase3 has a method of an interface within an interface.
type EmbeddedCase3 struct{ embeddedInterface }

type embeddedInterface interface{ nestedInterface }

type nestedInterface interface {
	UnexportedEmbeddedInterfaceExportedMethod() string
}

// PtrToAnyContainer has a pointer to an interface.
type PtrToAnyContainer struct{ PtrToAny *any }

// Binding is the pointer.
func (c *PtrToAnyContainer) Binding() *any { return c.PtrToAny }

// PtrToSliceContainer has a pointer to a slice.
type PtrToSliceContainer struct{ PtrToSlice *[]string }

// VOkCaseValue has a method that tells whether there is a value.
type VOkCaseValue struct{}

func (VOkCaseValue) Value() (string, bool) { return "hi", true }

// VOkCaseNil has none.
type VOkCaseNil struct{}

func (VOkCaseNil) Value() (string, bool) { return "", false }

// VariadicModel has a method with options.
type VariadicModel struct{}

// VariadicModelOption is one of them.
type VariadicModelOption func(*VariadicModel)

// Value returns its argument.
func (VariadicModel) Value(_ context.Context, rank int, _ ...VariadicModelOption) (string, error) {
	return strconv.Itoa(rank), nil
}

type (
	// WrappedScalar is a scalar without functions.
	WrappedScalar string
	// WrappedStruct is a struct of another name.
	WrappedStruct wrapped
	// WrappedMap is an object that is a map.
	WrappedMap map[string]string
	// WrappedSlice is an object that is a slice.
	WrappedSlice []string
)

type wrapped struct {
	Name WrappedScalar
	Desc *WrappedScalar
}

// Getter has the methods that protobuf's generator writes.
type Getter struct {
	id          string
	name, email *string
	age         int
}

func (g *Getter) GetID() string  { return g.id }
func (g *Getter) HasName() bool  { return g.name != nil }
func (g *Getter) HasEmail() bool { return g.email != nil }
func (g *Getter) GetAge() int    { return g.age }

// GetName panics where there is none: it must not be asked.
func (g *Getter) GetName() string { return *g.name }

// GetEmail is as GetName.
func (g *Getter) GetEmail() string { return *g.email }

// ForcedResolver has a resolver for a field that its Go type has.
type ForcedResolver struct{ Field Circle }

// ObjectDirectivesWithCustomGoModel cannot hold what its directive makes of it.
type ObjectDirectivesWithCustomGoModel struct{ NullableText string }
