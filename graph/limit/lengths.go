package limit

import "github.com/vektah/gqlparser/v2/ast"

// lengths are those of lists that no argument tells, by type and field.
type lengths map[string]int

// introspectionLengths are the averages of the schema, rounded up: their products are about what a whole introspection has.
func introspectionLengths(s *ast.Schema) lengths {
	var fields, arguments, values, inputFields, interfaces, directiveArguments int
	for _, t := range s.Types {
		switch t.Kind {
		case ast.Object, ast.Interface:
			fields += len(t.Fields)
			interfaces += len(t.Interfaces)
			for _, f := range t.Fields {
				arguments += len(f.Arguments)
			}
		case ast.InputObject:
			inputFields += len(t.Fields)
		case ast.Enum:
			values += len(t.EnumValues)
		}
	}
	for _, d := range s.Directives {
		directiveArguments += len(d.Arguments)
	}
	possible := 0
	for _, types := range s.PossibleTypes {
		possible += len(types)
	}
	return lengths{
		"__Schema.types":       len(s.Types),
		"__Schema.directives":  len(s.Directives),
		"__Type.fields":        average(fields, len(s.Types)),
		"__Type.interfaces":    average(interfaces, len(s.Types)),
		"__Type.possibleTypes": average(possible, len(s.Types)),
		"__Type.enumValues":    average(values, len(s.Types)),
		"__Type.inputFields":   average(inputFields, len(s.Types)),
		"__Field.args":         average(arguments, fields),
		"__Directive.args":     average(directiveArguments, len(s.Directives)),
	}
}

func average(sum, n int) int {
	if n == 0 {
		return 1
	}
	return max(1, (sum+n-1)/n)
}
