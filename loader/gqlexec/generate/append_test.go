package generate

import (
	"go/token"
	"go/types"
	"testing"

	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"
)

// scalarPackage is a package with the marshaler of a scalar X for int64, and with what else it declares.
func scalarPackage(name string, params, results []types.Type) *types.Func {
	pkg := types.NewPackage("example.org/scalar", "scalar")
	function := func(name string, params, results []types.Type) *types.Func {
		tuple := func(of []types.Type) *types.Tuple {
			vars := make([]*types.Var, len(of))
			for i, t := range of {
				vars[i] = types.NewVar(token.NoPos, pkg, "v", t)
			}
			return types.NewTuple(vars...)
		}
		f := types.NewFunc(token.NoPos, pkg, name, types.NewSignatureType(nil, nil, nil, tuple(params), tuple(results), false))
		pkg.Scope().Insert(f)
		return f
	}
	if name != "" {
		function(name, params, results)
	}
	return function("MarshalX", []types.Type{types.Typ[types.Int64]}, nil)
}

// A scalar is appended where its package has an AppendX that fits, and marshaled otherwise.
func TestAppender(t *testing.T) {
	var (
		buf     = types.NewSlice(types.Typ[types.Byte])
		integer = types.Typ[types.Int64]
		text    = types.Typ[types.String]
	)
	for _, c := range []struct {
		name            string
		function        string
		params, results []types.Type
		want            string
	}{
		{"fits", "AppendX", []types.Type{buf, integer}, []types.Type{buf}, "Appended"},
		{"none", "", nil, nil, "Leaves"},
		{"of another scalar", "AppendY", []types.Type{buf, integer}, []types.Type{buf}, "Leaves"},
		{"of another Go type", "AppendX", []types.Type{buf, text}, []types.Type{buf}, "Leaves"},
		{"that can fail", "AppendX", []types.Type{buf, integer}, []types.Type{buf, types.Universe.Lookup("error").Type()}, "Leaves"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := &output{TypeReference: &config.TypeReference{
				Definition: &ast.Definition{Kind: ast.Scalar, Name: "X"},
				GQL:        ast.NonNullNamedType("X", nil),
				GO:         integer,
				Marshaler:  scalarPackage(c.function, c.params, c.results),
			}}
			if err := o.leaf(); err != nil {
				t.Fatal(err)
			}
			if o.Form != c.want {
				t.Errorf("%s, want %s", o.Form, c.want)
			}
		})
	}
}
