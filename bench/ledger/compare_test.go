package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/internal/pgtest"
)

// TestMain lets the test's program run itself as the server.
func TestMain(m *testing.M) {
	if _, asked := process.Asked(); asked {
		if err := process.Serve(process.Clumpql); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if args, asked := process.CommandAsked(); asked {
		os.Exit(process.RunCommand(args))
	}
	os.Exit(m.Run())
}

// testCluster is a cluster with a meter, as a superuser.
func testCluster(t *testing.T) (*url.URL, *meter) {
	t.Helper()
	superuser, err := url.Parse(pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMeter(t.Context(), superuser.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.close(t.Context()) })
	return superuser, m
}

// With few accounts everything is contended. No money comes or goes, and every record that is counted is there.
func TestMeasure_keepsMoneyAndRecords(t *testing.T) {
	names := []string{depotMany, depotHotPayer, httpBulk, httpAlone}
	program, err := findPgbench("")
	if err == nil {
		names = append(names, pgbenchBusy)
	} else if !strings.Contains(err.Error(), "apt-get install postgresql") {
		// The Postgres that is fetched where none is installed has no pgbench. Then there is nothing to compare with, which is told.
		t.Errorf("without pgbench: %v", err)
	}
	superuser, m := testCluster(t)
	c, err := openContest(t.Context(), superuser, program, 5)
	defer func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	}()
	if err != nil {
		t.Fatal(err)
	}
	chosen, err := choose(c.entrants(), names)
	if err != nil {
		t.Fatal(err)
	}
	outcomes, records, err := measure(t.Context(), chosen, 1, time.Millisecond, m, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.check(t.Context(), records); err != nil {
		t.Error(err)
	}
	records[depotMany]++
	if err := c.check(t.Context(), records); err == nil {
		t.Error("a record that is missing is not missed")
	}
	for _, o := range outcomes {
		if o.perSecond <= 0 || o.p50 <= 0 || o.p99 < o.p50 || o.walBytes <= 0 || o.transactions <= 0 {
			t.Errorf("%+v", o)
		}
	}
	writeTable(t.Output(), outcomes)
	judge(t.Output(), outcomes)
}

// The large ledger, here a small one, is measured, read and verified, and holds what it was filled with.
func TestCompareLarge(t *testing.T) {
	superuser, m := testCluster(t)
	var out strings.Builder
	p := plan{
		rounds: 1, duration: time.Millisecond, accounts: 5, size: size{accounts: 200, records: 1_200}, reads: 20,
		out: &out, progress: t.Output(),
	}
	if err := compareLarge(t.Context(), p, superuser, m); err != nil {
		t.Fatal(err)
	}
	t.Log(out.String())
	for _, want := range []string{"1200 records", depotEmpty, depotLarge, "incoming page, GraphQL, dormant: p99", "verify"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not tell of %q", want)
		}
	}
}

func TestReadLogs(t *testing.T) {
	folder := t.TempDir()
	for name, lines := range map[string]string{
		"log.7":   "0 1 1500 0 1700000000 2000\n1 1 500 0 1700000000 1800\n",
		"log.7.1": "2 1 3000 0 1700000001 1000 0\n", // from version 15 on with a column of retries where they are asked for
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(lines), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w, err := readLogs(folder)
	if err != nil {
		t.Fatal(err)
	}
	// From 500 µs after the second, when the first began, to a second and 1 ms.
	if w.records != 3 || w.elapsed != time.Second+500*time.Microsecond || len(w.latencies) != 3 {
		t.Errorf("%+v", w)
	}
	var l pgbenchLog
	if err := l.add("0 7 failed 0 1700000000 2000"); err == nil {
		t.Error("a failed transaction counts")
	}
	if _, err := readLogs(t.TempDir()); err == nil {
		t.Error("no transaction at all is no error")
	}
}

func TestParseStat(t *testing.T) {
	s, err := parseStat([]byte("17 (a (b) c) S 4 17 17 0 -1 4194560 1 2 3 4 100 20 3000 400 20 0 1 0 5\n"))
	want := processStat{pid: 17, parent: 4, name: "a (b) c", own: 1200 * time.Millisecond, ended: 34 * time.Second}
	if err != nil || s != want {
		t.Errorf("%+v, %v, want %+v", s, err, want)
	}
	for _, line := range []string{"", "17 (a", "17 (a) S 4", "x (a) S 4 17 17 0 -1 4194560 1 2 3 4 100 20 3000 400"} {
		if _, err := parseStat([]byte(line)); err == nil {
			t.Errorf("%q is read", line)
		}
	}
}

// On Linux this very test uses CPU of Postgres.
func TestMeter_postgresCPU(t *testing.T) {
	_, m := testCluster(t)
	idle := entrant{"idle", pgbenchClients{pgbench: &pgbench{}}}
	before, err := m.read(t.Context(), idle)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.conn.Exec(context.WithoutCancel(t.Context()), "CREATE TABLE t AS SELECT n FROM generate_series(1, 200000) n"); err != nil {
		t.Fatal(err)
	}
	after, err := m.read(t.Context(), idle)
	if err != nil {
		t.Fatal(err)
	}
	used := after.sub(before)
	if _, err := os.Stat("/proc/self/stat"); err == nil && used.postgres <= 0 {
		t.Error("no CPU is counted")
	}
	if used.walBytes <= 0 || used.transactions < 1 || used.contender != 0 {
		t.Errorf("%+v", used)
	}
}

func TestTransfers_payerIsNeverPayee(t *testing.T) {
	const accounts = 3
	for _, p := range []pattern{uniform, hotPayee, hotPayer} {
		made, seen := newTransfers(p, accounts), map[string]bool{}
		payers, payees := map[int64]bool{}, map[int64]bool{}
		for range 200 {
			r := made.next()
			if r.FromUserID == r.ToUserID || r.FromUserID < 1 || r.FromUserID > accounts || r.ToUserID < 1 || r.ToUserID > accounts || seen[r.ID] {
				t.Fatalf("%+v", r)
			}
			seen[r.ID], payers[r.FromUserID], payees[r.ToUserID] = true, true, true
		}
		want := map[pattern][2]int{uniform: {3, 3}, hotPayee: {2, 1}, hotPayer: {1, 2}}[p]
		if len(payers) != want[0] || len(payees) != want[1] {
			t.Errorf("pattern %d: %d payers, %d payees", p, len(payers), len(payees))
		}
	}
}

func TestJudge(t *testing.T) {
	var out strings.Builder
	judge(&out, []outcome{
		{name: pgbenchBusy, perSecond: 1000}, {name: depotMany, perSecond: 8000}, {name: depotSingle, perSecond: 3999},
		{name: httpBusy, perSecond: 1200, p99: 150 * time.Millisecond},
		{name: pgbenchAlone, p50: time.Millisecond}, {name: httpAlone, p50: 2 * time.Millisecond},
	})
	var words []string
	for line := range strings.Lines(out.String()) {
		words = append(words, line[:strings.IndexByte(line, ':')])
	}
	want := []string{"PASS  depot-32x100", "MISS  depot-512x1", "PASS  http-256", "MISS  http-256", "PASS  http-1"}
	if strings.Join(words, "|") != strings.Join(want, "|") {
		t.Errorf("got\n%s", out.String())
	}
}
