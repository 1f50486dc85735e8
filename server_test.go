package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/clumpql/clumpql/internal/pgtest"
)

const anyPort = "--addr=127.0.0.1:0"

func TestServe_privatePostgres(t *testing.T) {
	dir := newDataDir(t)
	server := startServer(t, "--data-dir", dir)
	for _, path := range []string{"/healthz", "/readyz", "/"} {
		if status, body := server.get(t, path); status != 200 {
			t.Errorf("GET %s: %d %s", path, status, body)
		}
	}
	var answer struct{ Account struct{ Balance string } }
	server.query(t, `{account(userId: "7") {balance}}`, &answer)
	if answer.Account.Balance != "0" {
		t.Errorf("an account that was never paid holds %q", answer.Account.Balance)
	}

	t.Run("a second server on the folder is refused", func(t *testing.T) {
		second := runProgram(t, "serve", anyPort, "--data-dir", dir)
		second.failedWith(t, "another server is running in "+dir)
	})
	t.Run("a command joins", func(t *testing.T) {
		runProgram(t, "verify", "--data-dir", dir).succeeded(t)
		if status, _ := server.get(t, "/readyz"); status != 200 {
			t.Errorf("the server is not ready after a command joined and left")
		}
	})

	postmaster := server.postmaster(t, dir)
	if code := server.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("exit code %d after SIGTERM:\n%s", code, server.log())
	}
	if alive(postmaster) {
		t.Errorf("Postgres outlives the server that started it")
	}
	t.Run("a command starts Postgres when no server runs", func(t *testing.T) {
		runProgram(t, "verify", "--data-dir", dir).succeeded(t)
	})
}

func TestServe_demo(t *testing.T) {
	server := startServer(t, "--demo", "--database-url", pgtest.URL(t))
	var answer struct {
		Tracks   struct{ TotalCount int }
		Accounts []struct{ Balance string }
		Ledger   struct{ Lag string }
	}
	waitUntil(t, "the demo's records are decided", func() bool {
		server.query(t, `{tracks(first: 1) {totalCount} accounts(userIds: ["1000000", "1000001", "1000002"]) {balance} ledger {lag}}`, &answer)
		return answer.Ledger.Lag == "0"
	})
	if answer.Tracks.TotalCount == 0 {
		t.Error("no tracks")
	}
	var balances []string
	for _, account := range answer.Accounts {
		balances = append(balances, account.Balance)
	}
	if want := []string{"125", "160", "115"}; !slices.Equal(balances, want) {
		t.Errorf("balances of alice, bob and charlie: %v, want %v", balances, want)
	}
}

// A database with data of somebody's own must not get made-up data mixed in.
func TestServe_demoLeavesDataAlone(t *testing.T) {
	url := pgtest.URL(t)
	execute(t, url, `INSERT INTO users (id, name) VALUES (5, 'erin')`)
	startServer(t, "--demo", "--database-url", url)
	if got := count(t, url, `SELECT count(*) FROM users`); got != 1 {
		t.Errorf("%d users, want the one that was there", got)
	}
}

func TestImport_besideRunningServer(t *testing.T) {
	dir, files := newDataDir(t), t.TempDir()
	write(t, files, "users.csv", "id,name\n1,alice\n2,bob\n")
	write(t, files, "tracks.csv", "id,title,creator_id,duration_ms,genre,price_minor\n10,Song,2,1000,,99\n")
	write(t, files, "ledger.csv", `kind,id,from_user_id,to_user_id,amount_minor,occurred_at
deposit,d1,,1,100,2026-01-02T03:04:05Z
transfer,t1,1,2,30,2026-01-02T03:04:06Z
transfer,t2,1,2,71,2026-01-02T03:04:07Z
`)
	server := startServer(t, "--data-dir", dir)

	type state struct {
		EnrichedTracks []struct {
			Track   struct{ Title string }
			Creator struct{ Name string }
		}
		Accounts []struct{ Balance string }
		Transfer struct{ Status string }
		Ledger   struct{ Appended, Lag string }
	}
	const query = `{enrichedTracks(ids: ["10"]) {track {title} creator {name}} accounts(userIds: ["1", "2"]) {balance}
		transfer(fromUserId: "1", id: "t2") {status} ledger {appended lag}}`
	var want state
	for range 2 { // the second import changes nothing
		runProgram(t, "import", files, "--data-dir", dir).succeeded(t)
		var got state
		server.query(t, query, &got)
		if want.Accounts == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after the second import (-first +second):\n%s", diff)
		}
	}
	if got := fmt.Sprint(want); got != "{[{{Song} {bob}}] [{70} {30}] {INSUFFICIENT_FUNDS} {3 0}}" {
		t.Errorf("after the import: %s", got)
	}

	write(t, files, "users.csv", "id,name\n1,alice\nx,bob\n")
	runProgram(t, "import", files, "--data-dir", dir).failedWith(t, "users.csv:3:1")
}

// The promise of the ledger, for the whole program: what was acknowledged survives the death of the server in
// the middle of everything, and nothing is applied twice or by half.
func TestServe_killedUnderLoad(t *testing.T) {
	dir := newDataDir(t)
	server := startServer(t, "--data-dir", dir)
	const users = 6
	for user := range users {
		server.query(t, fmt.Sprintf(`mutation {deposit(input: {id: "d", userId: "%d", amount: 40}) {replayed}}`, user), nil)
	}
	postmaster := server.postmaster(t, dir)
	acknowledged := transferUntilKilled(t, server, users, 300)
	if code := <-server.exited; code == 0 {
		t.Errorf("exit code 0 after SIGKILL")
	}
	waitUntil(t, "Postgres ends after its server was killed", func() bool { return !alive(postmaster) })

	server = startServer(t, "--data-dir", dir)
	found := map[string]string{}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(acknowledged)), 50) {
		maps.Copy(found, server.statuses(t, ids))
	}
	if diff := cmp.Diff(acknowledged, found); diff != "" {
		t.Errorf("transfers (-acknowledged +found after the restart):\n%s", diff)
	}
	refused := slices.Index(slices.Collect(maps.Values(found)), "INSUFFICIENT_FUNDS") >= 0
	if !refused {
		t.Error("the load had no refused transfer: it proves less than it should")
	}
	runProgram(t, "verify", "--data-dir", dir).succeeded(t)
	if code := server.stop(t, syscall.SIGINT); code != 0 {
		t.Errorf("exit code %d after SIGINT:\n%s", code, server.log())
	}
	runProgram(t, "verify", "--data-dir", dir).succeeded(t)
}

// transferUntilKilled lets clients transfer all the time, kills the server after enough acknowledged transfers and
// returns the status with which each was acknowledged, by "payer/id".
func transferUntilKilled(t *testing.T, server *process, users, enough int) map[string]string {
	t.Helper()
	var mu sync.Mutex // guards acknowledged
	acknowledged := map[string]string{}
	var clients sync.WaitGroup
	for from := range users {
		clients.Go(func() {
			for n := 0; ; n++ {
				id, to, amount := fmt.Sprintf("t%d", n), (from+1+n%(users-1))%users, 1+n%17
				if n%10 == 9 {
					amount = 1000 // more than there is in all: refused, however the load comes out
				}
				var answer struct {
					Transfer struct{ Transfer struct{ Status string } }
				}
				err := server.send(fmt.Sprintf(`mutation {transfer(input: {id: %q, fromUserId: "%d", toUserId: "%d", amount: %d}) {transfer {status}}}`,
					id, from, to, amount), &answer)
				if err != nil {
					return // killed
				}
				mu.Lock()
				acknowledged[fmt.Sprintf("%d/%s", from, id)] = answer.Transfer.Transfer.Status
				if len(acknowledged) == enough {
					_ = server.command.Process.Kill()
				}
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	if len(acknowledged) < enough {
		t.Fatalf("only %d transfers were acknowledged; the server's log:\n%s", len(acknowledged), server.log())
	}
	return acknowledged
}

func TestServe_postgresDies(t *testing.T) {
	dir := newDataDir(t)
	server := startServer(t, "--data-dir", dir)
	if err := syscall.Kill(server.postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if code := <-server.exited; code != 1 || !strings.Contains(server.lastLine(), "clumpql: private Postgres stopped") {
		t.Errorf("exit code %d, last line %q", code, server.lastLine())
	}
	// And the folder is as good as before.
	runProgram(t, "verify", "--data-dir", dir).succeeded(t)
}

func TestVerifyAndRebuild_deviation(t *testing.T) {
	url := pgtest.URL(t)
	runProgram(t, "seed", "--database-url", url).succeeded(t)
	verified := runProgram(t, "verify", "--database-url", url)
	verified.succeeded(t)
	_, head, _ := strings.Cut(verified.stdout, "head: ")
	head = strings.TrimSpace(head)
	runProgram(t, "verify", "--database-url", url, "--head", head).succeeded(t)
	runProgram(t, "verify", "--database-url", url, "--head", strings.Repeat("1", len(head))).failedWith(t, "deviates")
	execute(t, url, `UPDATE funds SET balance_minor = balance_minor + 1 WHERE user_id = 1`)
	runProgram(t, "verify", "--database-url", url).failedWith(t, "")
	runProgram(t, "rebuild", "--database-url", url).succeeded(t)
	runProgram(t, "verify", "--database-url", url, "--head", head).succeeded(t)
	execute(t, url, `UPDATE depot SET amount_minor = amount_minor + 1 WHERE depot_offset = 1`)
	runProgram(t, "rebuild", "--database-url", url).failedWith(t, "clumpql verify tells more")
	runProgram(t, "rebuild", "--database-url", url, "--ignore-chain").succeeded(t)
	runProgram(t, "verify", "--database-url", url).failedWith(t, "")
}

func TestMigrate_partitions(t *testing.T) {
	url := pgtest.URL(t)
	runProgram(t, "migrate", "--partitions=3", "--database-url", url).succeeded(t)
	runProgram(t, "seed", "--database-url", url).succeeded(t)
	if got := count(t, url, `SELECT count(DISTINCT partition) FROM depot`); got != 3 {
		t.Errorf("the records are in %d partitions", got)
	}
	runProgram(t, "migrate", "--partitions=3", "--database-url", url).succeeded(t)
	runProgram(t, "migrate", "--partitions=2", "--database-url", url).failedWith(t, "partitions cannot be set")
	runProgram(t, "verify", "--database-url", url).succeeded(t)
}

// What a signal interrupts leaves nothing behind and says so.
func TestSeed_interrupted(t *testing.T) {
	url := pgtest.URL(t)
	inTransaction := func() bool {
		const others = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`
		return count(t, url, others) > 0
	}
	runInterrupted(t, inTransaction, "seed", "--tracks=10000000", "--database-url", url).failedWith(t, "clumpql: seed: interrupted")
	if got := count(t, url, `SELECT count(*) FROM users`); got != 0 {
		t.Errorf("%d users are left", got)
	}
}

func TestRun_mistakes(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown flag", []string{"serve", "--colour"}, "unknown flag --colour"},
		{"unknown command", []string{"destroy"}, "unexpected argument destroy"},
		{"port taken", []string{"serve", "--addr", taken.Addr().String(), "--data-dir", newDataDir(t)}, taken.Addr().String() + ": bind: address already in use"},
		{"address is none", []string{"serve", "--addr", "nowhere", "--data-dir", newDataDir(t)}, "address nowhere: missing port"},
		{"database unreachable", []string{"serve", anyPort, "--database-url", "postgres://127.0.0.1:1/db"}, "connection refused"},
		{"database unreachable for a command", []string{"verify", "--database-url", "postgres://127.0.0.1:1/db"}, "connection refused"},
		{"database URL is none", []string{"migrate", "--database-url", "postgres://u:secret@[/db"}, "DATABASE_URL"},
		{"data folder is a file", []string{"serve", anyPort, "--data-dir", file}, "not a directory"},
		{"import folder is missing", []string{"import", file + "s", "--database-url", "postgres://127.0.0.1:1/db"}, file + "s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ended := runProgram(t, test.args...)
			ended.failedWith(t, test.want)
			if strings.Contains(ended.stderr, "secret") {
				t.Errorf("the password is in %q", ended.stderr)
			}
		})
	}
}

// A database without tables is told apart from one with wrong balances.
func TestVerify_notMigrated(t *testing.T) {
	url := pgtest.URL(t)
	execute(t, url, `DROP TABLE public.schema_version`)
	runProgram(t, "verify", "--database-url", url).failedWith(t, "clumpql migrate")
}

// Invariant: commands that find nothing to work on leave no Postgres behind.
func TestCommands_nothingThere(t *testing.T) {
	dir, empty := filepath.Join(t.TempDir(), "data"), t.TempDir()
	runProgram(t, "verify", "--data-dir", dir).failedWith(t, "there is no database in "+dir)
	runProgram(t, "rebuild", "--data-dir", dir).failedWith(t, "there is no database in "+dir)
	runProgram(t, "import", empty, "--data-dir", dir).failedWith(t, "users.csv")
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: %v, want it not to be there", err)
	}
}

func execute(t *testing.T, url, statement string) {
	t.Helper()
	withConnection(t, url, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, statement)
		return err
	})
}

func count(t *testing.T, url, query string) (n int) {
	t.Helper()
	withConnection(t, url, func(ctx context.Context, c *pgx.Conn) error {
		return c.QueryRow(ctx, query).Scan(&n)
	})
	return n
}

func withConnection(t *testing.T, url string, f func(context.Context, *pgx.Conn) error) {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close(context.WithoutCancel(t.Context()))
	if err := f(t.Context(), connection); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
