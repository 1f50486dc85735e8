package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
)

var errNoCluster = errors.New("no Postgres to test with: set " + Env + " to the URL of a superuser")

// adminURL returns the address of the cluster that this process tests with.
func adminURL(context.Context) (string, error) {
	address := os.Getenv(Env)
	if address == "" {
		return "", errNoCluster
	}
	if _, err := url.Parse(address); err != nil {
		return "", fmt.Errorf("%s: %w", Env, err)
	}
	return address, nil
}
