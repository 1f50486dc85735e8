package generate

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
)

// refuseConfig names the settings of a gqlgen.yml that this generator does not follow.
func refuseConfig(cfg *config.Config) error {
	switch {
	case cfg.Exec.Layout == config.ExecLayoutFollowSchema:
		return fmt.Errorf("exec.layout %s is not supported: use %s", cfg.Exec.Layout, config.ExecLayoutSingleFile)
	case cfg.Exec.WorkerLimit != 0:
		return fmt.Errorf("exec.worker_limit is not supported: one goroutine drives a request")
	case cfg.Federation.IsDefined():
		return fmt.Errorf("federation is not supported")
	case cfg.Resolver.Batch.Enabled:
		return fmt.Errorf("resolver.batch is not supported: every resolver is batched through its clumps")
	case cfg.OmitPanicHandler:
		return fmt.Errorf("omit_panic_handler is not supported: panics are always contained to their field")
	case cfg.ReturnPointersInUnmarshalInput:
		return fmt.Errorf("return_pointers_in_unmarshalinput is not supported")
	}
	return nil
}

// refuseRoots names the fields whose type is a root type. gqlgen would look for a Go type of it.
func refuseRoots(schema *ast.Schema) error {
	var refused []error
	for _, name := range slices.Sorted(maps.Keys(schema.Types)) {
		for _, f := range schema.Types[name].Fields {
			def := schema.Types[f.Type.Name()]
			if def != nil && (def == schema.Query || def == schema.Mutation || def == schema.Subscription) {
				refused = append(refused, fmt.Errorf("%s.%s: %s is a root type, which is not supported as type of a field",
					definitionName{schema.Types[name]}, f.Name, def.Name))
			}
		}
	}
	return errors.Join(refused...)
}

// fieldName is a field as messages name it: file, line, type and field.
type fieldName struct{ *codegen.Field }

func (n fieldName) String() string {
	name := n.Object.Name + "." + n.Name
	if p := n.Position; p != nil && p.Src != nil {
		return fmt.Sprintf("%s:%d: %s", filepath.ToSlash(p.Src.Name), p.Line, name)
	}
	return name
}

func (b *builder) refuse(where fmt.Stringer, format string, args ...any) {
	b.refused = append(b.refused, fmt.Errorf("%s: %w", where, fmt.Errorf(format, args...)))
}

// refuseSchema names what the schema has that no field of it can be generated for.
func (b *builder) refuseSchema() {
	if d := b.data.Schema.Directives["defer"]; d != nil && d.Position != nil && d.Position.Src != nil && !d.Position.Src.BuiltIn {
		b.refused = append(b.refused, fmt.Errorf("%s:%d: @defer: nothing is deferred, so the schema must not promise it",
			filepath.ToSlash(d.Position.Src.Name), d.Position.Line))
	}
	directives := b.data.UserDirectives()
	for _, name := range slices.Sorted(maps.Keys(directives)) {
		if d := directives[name]; d.IsLocation(ast.LocationField, ast.LocationQuery, ast.LocationMutation, ast.LocationSubscription) {
			b.refused = append(b.refused, fmt.Errorf("%s:%d: @%s: directives in queries are not run",
				filepath.ToSlash(d.Position.Src.Name), d.Position.Line, name))
		}
	}
}

// directives adds the types of what directives are given, and refuses those that gqlgen would write functions for.
func (b *builder) directives(where fieldName, directives []*codegen.Directive) {
	for _, d := range directives {
		if d.IsBuiltIn() {
			b.refuse(where, "the directive @%s has its implementation in the configuration, which is not supported", d.Name)
			continue
		}
		for _, a := range d.Args {
			b.input(where, a.TypeReference)
		}
	}
}

type definitionName struct{ *ast.Definition }

func (n definitionName) String() string {
	if p := n.Position; p != nil && p.Src != nil {
		return fmt.Sprintf("%s:%d: %s", filepath.ToSlash(p.Src.Name), p.Line, n.Name)
	}
	return n.Name
}

// refuseField reports whether the field itself can be generated, and names why where it cannot.
func (b *builder) refuseField(f fieldName) bool {
	before := len(b.refused)
	switch {
	case f.HasDirectives() && f.IsReserved():
		b.refuse(f, "the directive @%s is not run", f.ImplDirectives()[0].Name)
	case f.Batch:
		b.refuse(f, "batch resolvers are not supported: every resolver is batched through its clumps")
	case f.UsesSubscriptionContext():
		b.refuse(f, "subscription contexts are not supported: the channel's values are the events")
	case codegen.GetInlineArgsMetadata(f.Object.Name, f.Name) != nil:
		b.refuse(f, "@inlineArguments is not supported")
	case f.TypeReference == nil:
		b.refuse(f, "no Go type is known")
	}
	return len(b.refused) == before
}
