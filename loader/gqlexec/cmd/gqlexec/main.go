// Command gqlexec generates a breadth-first executor from a gqlgen.yml. Run it instead of gqlgen's generate.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/99designs/gqlgen/codegen/config"

	"github.com/clumpql/clumpql/loader/gqlexec/generate"
)

func main() {
	file := flag.String("config", "", "the gqlgen.yml; unless told, that of this folder or of one above")
	flag.Parse()
	if err := run(*file); err != nil {
		fmt.Fprintln(os.Stderr, "gqlexec:", err)
		os.Exit(1)
	}
}

func run(file string) error {
	cfg, err := load(file)
	if err != nil {
		return err
	}
	return generate.Run(cfg)
}

// load reads the configuration. Its paths are relative to its own folder, wherever the command was called.
func load(file string) (*config.Config, error) {
	if file == "" {
		return config.LoadConfigFromDefaultLocations()
	}
	if err := os.Chdir(filepath.Dir(file)); err != nil {
		return nil, err
	}
	return config.LoadConfig(filepath.Base(file))
}
