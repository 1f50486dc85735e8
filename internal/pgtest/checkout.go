package pgtest

import (
	"errors"
	"os"
	"path/filepath"
)

// dataFolder is where make postgres puts what it has fetched, relative to the checkout.
const dataFolder = ".clumpql"

// checkout finds the project's folder by walking up: go test runs every test in its package's folder.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "migrations", "migrations.go")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("not in a checkout: no folder above has migrations/migrations.go")
		}
		dir = parent
	}
}
