package generate

import (
	"fmt"
	"go/types"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/99designs/gqlgen/codegen"
)

// abstract is an interface or a union that fields have as their type.
type abstract struct {
	*codegen.Interface
	Objects      []*codegen.Object              // its object types
	Implementors []codegen.InterfaceImplementor // their Go types: pointers, and structs where these have the methods themselves
}

// newAbstract leaves out the interfaces that gqlgen counts among the implementors: what is one of them is one of their object types.
func newAbstract(data *codegen.Data, name string) (*abstract, error) {
	a := &abstract{Interface: data.Interfaces[name]}
	of := map[string]*codegen.Object{}
	for _, i := range a.Interface.Implementors {
		if i.Kind != ast.Object {
			continue
		}
		for _, other := range a.Implementors {
			if types.Identical(other.Type, i.Type) {
				return nil, fmt.Errorf("the Go type %s is that of both %s and %s in %s", i.Type, other.Name, i.Name, name)
			}
		}
		a.Implementors = append(a.Implementors, i)
		of[i.Name] = data.Objects.ByName(i.Name)
	}
	for _, o := range data.Objects {
		if of[o.Name] != nil {
			a.Objects = append(a.Objects, o)
		}
	}
	return a, nil
}

// UniquenessKey is what abstracts are sorted by.
func (a *abstract) UniquenessKey() string { return a.Name }
