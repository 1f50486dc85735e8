// Package pgtest gives every test a real Postgres database of its own.
//
//	pool := pgtest.New(t) // migrated, empty, dropped at the end of the test
//
// Where the databases come from:
//
//	$CLUMPQL_TEST_POSTGRES, or one private cluster per test process
//	      |
//	      v  once for each state of migrations/, whichever test process is first
//	clumpql_template_<digest>
//	      |
//	      v  CREATE DATABASE ... TEMPLATE, for every test
//	clumpql_test_<random>
//
// Guarantees: a test sees no rows, settings or locks of another one, so all can be parallel; a template is migrated
// completely or not used; nothing has to be set up or cleaned between runs. A change of any file in migrations/ makes a
// new template.
//
// Command run, in the folder of that name, starts one cluster for many test processes; make test uses it.
//
// When things fail: without a Postgres a test fails, and says what to install; it is never skipped. A test process that
// is killed leaves its databases to a cluster that is thrown away, or, in one that the variable names, until somebody
// drops them. A private cluster goes with its process, however that ends; see package postgres.
//
// Cloning a template is the way of riverqueue and many others. Postgres' own choice of how to copy (by the write-ahead log,
// since 15) was measured against FILE_COPY: 50 to 60 ms, so it stays.
package pgtest
