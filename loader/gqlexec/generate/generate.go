package generate

import (
	_ "embed"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/99designs/gqlgen/plugin"
	"github.com/99designs/gqlgen/plugin/modelgen"
)

// Run generates the executor, and gqlgen's models where the configuration asks for them, from a gqlgen.yml.
//
// It takes gqlgen's own way from configuration to [codegen.Data], without the steps that write gqlgen's executor and resolver stubs.
// Where it fails, what was generated before stays as it is; where it is killed, it stays beside it, with the suffix ".before", and the next run
// puts it back first. It is not for concurrent use: gqlgen's templates have global state.
func Run(cfg *config.Config) error {
	if err := refuseConfig(cfg); err != nil {
		return fmt.Errorf("gqlgen.yml: %w", err)
	}
	before, err := setAside(cfg.Exec.Filename, cfg.Model.Filename)
	if err != nil {
		return fmt.Errorf("set aside what was generated before: %w", err)
	}
	if err := run(cfg); err != nil {
		return errors.Join(err, before.restore())
	}
	if err := before.forget(); err != nil {
		return fmt.Errorf("remove what was generated before: %w", err)
	}
	return nil
}

func run(cfg *config.Config) error {
	if err := cfg.LoadSchema(); err != nil {
		return fmt.Errorf("load schema: %w", err)
	}
	if err := refuseRoots(cfg.Schema); err != nil {
		return err
	}
	codegen.ClearInlineArgsMetadata()
	if err := codegen.ExpandInlineArguments(cfg.Schema); err != nil {
		return fmt.Errorf("expand inline arguments: %w", err)
	}
	if err := cfg.Init(); err != nil {
		return fmt.Errorf("read %s: %w", cfg.Exec.Filename, err)
	}
	plugins := []any{Plugin{}}
	if cfg.Model.IsDefined() {
		models := modelgen.New()
		if err := models.(plugin.ConfigMutator).MutateConfig(cfg); err != nil {
			return fmt.Errorf("generate models: %w", err)
		}
		plugins = append(plugins, models)
	}
	data, err := codegen.BuildData(cfg, plugins...)
	if err != nil {
		return fmt.Errorf("bind schema to Go types: %w", err)
	}
	return Plugin{}.GenerateCode(data)
}

// Plugin is the executor's generator as a gqlgen plugin. [Run] needs no other program around it.
type Plugin struct{}

var _ plugin.CodeGenerator = Plugin{}

// Name is the plugin's name for gqlgen.
func (Plugin) Name() string { return "gqlexec" }

//go:embed exec.gotpl
var execTemplate string

// GenerateCode writes the executor to the exec file of the configuration. What the executor does not support
// it refuses, naming all of it, and writes nothing.
func (Plugin) GenerateCode(data *codegen.Data) error {
	m, err := newModel(data)
	if err != nil {
		return err
	}
	return templates.Render(templates.Options{
		PackageName:     data.Config.Exec.Package,
		Filename:        data.Config.Exec.Filename,
		GeneratedHeader: true,
		Packages:        data.Config.Packages,
		Template:        execTemplate,
		Data:            m,
	})
}
