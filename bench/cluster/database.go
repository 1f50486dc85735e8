package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/migrations"
)

const dropTimeout = 30 * time.Second

// Create makes an empty database in the cluster of a superuser's URL and returns its URL. drop drops it, whoever is connected.
func Create(ctx context.Context, superuser *url.URL) (database string, drop func() error, err error) {
	name := "clumpql_bench_" + rand.Text()
	if err := execute(ctx, superuser.String(), "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		return "", nil, err
	}
	drop = func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTimeout)
		defer cancel()
		return execute(ctx, superuser.String(), "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	}
	own := *superuser
	own.Path = "/" + name
	return own.String(), drop, nil
}

// CreateMigrated is Create for a database with clumpql's tables.
func CreateMigrated(ctx context.Context, superuser *url.URL) (database string, drop func() error, err error) {
	database, drop, err = Create(ctx, superuser)
	if err != nil {
		return "", nil, err
	}
	if err := migrate(ctx, database); err != nil {
		return "", nil, errors.Join(err, drop())
	}
	return database, drop, nil
}

func execute(ctx context.Context, address, statement string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}

func migrate(ctx context.Context, address string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return migrations.Up(ctx, conn)
}

// PoolSize is how many connections each server takes at most: what `clumpql serve` takes.
const PoolSize = 16

// WithPoolSize returns the URL with PoolSize.
func WithPoolSize(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	query := u.Query()
	query.Set("pool_max_conns", strconv.Itoa(PoolSize))
	u.RawQuery = query.Encode()
	return u.String(), nil
}
