// Package cluster makes the databases of a comparison in a cluster of Postgres, each empty and migrated, and drops them.
package cluster
