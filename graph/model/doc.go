// Package model has the Go types of the API that are neither of the catalogue nor of the ledger. gqlgen.yml binds them.
package model
