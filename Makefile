# Every task of the project. `make` alone lists them; .ci/run calls nothing else.

FUZZTIME ?= 30s
DURATION ?= 10m
BENCH ?= .

# The folders of all modules with code of ours; tools/ only pins the linter.
MODULES := $(filter-out ./tools/,$(dir $(wildcard ./go.mod ./*/go.mod ./internal/*/go.mod)))
LINT := go tool -modfile=$(CURDIR)/tools/go.mod golangci-lint
# Runs a command with one Postgres for all the test processes under it.
WITH_POSTGRES := go run ./internal/pgtest/run --

.PHONY: help
help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(if $(DATABASE_URL),,postgres) ## Serve demo data on http://127.0.0.1:8080.
	go run . serve --demo

.PHONY: build
build: ## Build the program as ./clumpql.
	go build -o clumpql .

.PHONY: test
test: $(if $(CLUMPQL_TEST_POSTGRES),,postgres) ## Test everything with the race detector against a real Postgres.
	$(WITH_POSTGRES) $(MAKE) --no-print-directory test-modules

.PHONY: test-modules
test-modules:
	@set -e; for module in $(MODULES); do (set -x; cd $$module; go test -race ./...); done

.PHONY: generate
generate: ## Regenerate what is generated.
	@set -e; for module in $(MODULES); do (set -x; cd $$module; go generate ./...); done

# Compares the files before and after, not with the last commit, so that it works with changes under way.
# A throw-away index turns the work tree into a git tree without touching the real index.
.PHONY: check-generate
check-generate: ## Fail when generated code is not what `make generate` makes.
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; export GIT_INDEX_FILE="$$folder/index"; \
	git add --all; before=$$(git write-tree); \
	$(MAKE) --no-print-directory generate; \
	git add --all; after=$$(git write-tree); \
	git --no-pager diff --stat --exit-code $$before $$after || \
		{ echo 'check-generate: the files above were not up to date; they are now: look at them and commit' >&2; exit 1; }

.PHONY: lint
lint: ## Check style, imports and likely mistakes.
	@set -e; for module in $(MODULES); do (set -x; cd $$module; $(LINT) run --config $(CURDIR)/.golangci.yml ./...); done

.PHONY: fuzz
fuzz: $(if $(CLUMPQL_TEST_POSTGRES),,postgres) ## Run every fuzz target for FUZZTIME (30s).
	$(WITH_POSTGRES) $(MAKE) --no-print-directory fuzz-targets

# `go test -fuzz` takes one target of one package at a time.
.PHONY: fuzz-targets
fuzz-targets:
	@set -e; grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's|/[^/]*:func | |' | sort -u | \
	while read -r folder target; do (set -x; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$folder </dev/null); done

.PHONY: soak
soak: $(if $(CLUMPQL_TEST_POSTGRES),,postgres) ## Break servers and Postgres at random under load for DURATION (10m).
	cd internal/soak && go run . -duration $(DURATION) $(ARGS)

.PHONY: bench
bench: bench-ledger bench-loader bench-graphql ## Compare with rivals: ledger, loader and GraphQL.

.PHONY: bench-go
bench-go: $(if $(CLUMPQL_TEST_POSTGRES),,postgres) ## Run the Go benchmarks that match BENCH (all).
	$(WITH_POSTGRES) $(MAKE) --no-print-directory bench-modules

.PHONY: bench-modules
bench-modules:
	@set -e; for module in $(MODULES); do (set -x; cd $$module; go test -run '^$$' -bench '$(BENCH)' -benchmem ./...); done

# Starts a Postgres of its own: those of the tests are not durable.
.PHONY: bench-ledger
bench-ledger: postgres ## Compare the ledger with a transaction a transfer, as pgbench makes them.
	cd bench && go run ./ledger $(ARGS)

.PHONY: bench-ledger-large
bench-ledger-large: postgres ## Compare a ledger of ten million records with an empty one, read and verify it.
	cd bench && go run ./ledger -large $(ARGS)

.PHONY: bench-loader
bench-loader: ## Compare loader with dataloadgen and graph-gophers/dataloader.
	cd bench && go run ./loader $(ARGS)

.PHONY: bench-graphql
bench-graphql: $(if $(CLUMPQL_TEST_POSTGRES),,postgres) ## Compare clumpql over HTTP with gqlgen and with a handler written by hand.
	$(WITH_POSTGRES) sh -c 'cd bench && go run ./graphql $(ARGS)'

.PHONY: postgres
postgres: ## Fetch Postgres into .clumpql/ when none is installed.
	go run ./internal/postgres/fetch --data-dir .clumpql
