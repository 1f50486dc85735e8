package command

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand is `clumpql version`.
type versionCommand struct{}

// Run prints what was built, from which commit and for what.
func (versionCommand) Run(p Program) error {
	version, commit := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = " " + setting.Value
			}
		}
	}
	fmt.Fprintf(p.Stdout, "clumpql %s%s %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
