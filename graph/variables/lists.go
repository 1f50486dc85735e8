package variables

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Lists is an extension of gqlgen's handler: see the package. It has to be used before others that look at variables.
type Lists struct {
	Cache  graphql.Cache[*ast.QueryDocument] // the server's, of valid queries
	schema *ast.Schema
}

// looked is where an operation keeps the lists that were looked at.
const looked = "VariableLists"

// ExtensionName implements [graphql.HandlerExtension].
func (l *Lists) ExtensionName() string { return looked }

// Validate implements [graphql.HandlerExtension].
func (l *Lists) Validate(schema graphql.ExecutableSchema) error {
	l.schema = schema.Schema()
	return nil
}

// MutateOperationParameters takes out the lists that are valid. It is called before the query is looked up: one that is new has to wait.
func (l *Lists) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if len(params.Variables) == 0 {
		return nil
	}
	query, ok := l.Cache.Get(ctx, params.Query)
	if !ok {
		return nil
	}
	operation := query.Operations.ForName(params.OperationName)
	if operation == nil {
		return nil
	}
	var lists map[string][]any
	for _, v := range operation.VariableDefinitions {
		list, ok := params.Variables[v.Variable].([]any)
		if ok && l.valid(v.Type, list) {
			if lists == nil {
				lists = map[string][]any{}
			}
			lists[v.Variable] = list
			params.Variables[v.Variable] = []any{}
		}
	}
	if lists != nil {
		graphql.GetOperationContext(ctx).Stats.SetExtension(looked, lists)
	}
	return nil
}

// MutateOperationContext puts them back.
func (l *Lists) MutateOperationContext(_ context.Context, operation *graphql.OperationContext) *gqlerror.Error {
	lists, _ := operation.Stats.GetExtension(looked).(map[string][]any)
	for name, list := range lists {
		operation.Variables[name] = list
	}
	return nil
}

// valid tells whether gqlparser would take a value for one of the type, and leave it as it is. False: it has to be asked.
func (l *Lists) valid(t *ast.Type, value any) bool {
	if value == nil {
		return !t.NonNull
	}
	if t.Elem != nil {
		list, ok := value.([]any)
		for i := 0; i < len(list) && ok; i++ {
			ok = l.valid(t.Elem, list[i])
		}
		return ok
	}
	switch def := l.schema.Types[t.NamedType]; def.Kind {
	case ast.InputObject:
		object, ok := value.(map[string]any)
		return ok && l.validObject(def, object)
	case ast.Enum:
		name, ok := value.(string)
		return ok && validEnum(def, name)
	case ast.Scalar:
		return validScalar(t.NamedType, value)
	}
	return false
}

func (l *Lists) validObject(def *ast.Definition, object map[string]any) bool {
	given := 0
	for _, field := range def.Fields {
		value, ok := object[field.Name]
		switch {
		case ok && !l.valid(field.Type, value):
			return false
		case ok:
			given++
		case field.Type.NonNull && !hasDefault(field):
			return false
		}
	}
	return given == len(object) // or there are others
}

func hasDefault(field *ast.FieldDefinition) bool {
	if field.DefaultValue == nil {
		return false
	}
	_, err := field.DefaultValue.Value(nil)
	return err == nil
}

func validEnum(def *ast.Definition, name string) bool {
	for _, value := range def.EnumValues {
		if strings.EqualFold(name, value.Name) {
			return true
		}
	}
	return false
}

func validScalar(name string, value any) bool {
	switch name {
	case "String", "ID":
		switch value.(type) {
		case string, json.Number:
			return true
		}
		return false
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "Int":
		number, ok := value.(json.Number)
		_, err := strconv.ParseInt(number.String(), 10, 64)
		return ok && err == nil
	case "Float":
		return false
	}
	return true // what it is, who reads it will see
}
