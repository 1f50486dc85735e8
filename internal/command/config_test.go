package command

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"
)

func mustParse(t *testing.T, args ...string) (*config, string) {
	t.Helper()
	c, selected, err := parse(args, io.Discard, io.Discard, func(code int) { t.Fatalf("exit %d", code) })
	if err != nil {
		t.Fatal(err)
	}
	return c, selected.Command()
}

func TestParse_withoutAnything(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	c, command := mustParse(t)
	if command != "serve" || c.Serve.Addr != "127.0.0.1:8080" || c.DataDir != ".clumpql" || c.DatabaseURL != "" || c.Serve.Demo {
		t.Errorf("command %q, %+v", command, c)
	}
	if c.Serve.MaxBody != 1<<20 || c.Serve.DrainTimeout != 10*time.Second || c.Serve.MaxDepth != 15 || c.Serve.MaxComplexity != 100_000 || c.Serve.PostgresPort != 0 ||
		c.Serve.Timeout != 30*time.Second || c.Serve.WriteTimeout != 30*time.Second {
		t.Errorf("serve: %+v", c.Serve)
	}
}

func TestParse_serveIsTheDefaultForItsFlags(t *testing.T) {
	if c, command := mustParse(t, "--demo", "--addr=:0"); command != "serve" || !c.Serve.Demo || c.Serve.Addr != ":0" {
		t.Errorf("command %q, %+v", command, c.Serve)
	}
}

func TestParse_environment(t *testing.T) {
	for name, value := range map[string]string{
		"DATABASE_URL": "postgres://db/x", "CLUMPQL_DATA_DIR": "d", "CLUMPQL_LOG_LEVEL": "warn", "CLUMPQL_LOG_FORMAT": "json",
		"CLUMPQL_ADDR": ":1", "CLUMPQL_DEMO": "true", "CLUMPQL_POSTGRES_PORT": "5433", "CLUMPQL_MAX_BODY": "5", "CLUMPQL_DRAIN_TIMEOUT": "1m",
		"CLUMPQL_MAX_DEPTH": "7", "CLUMPQL_MAX_COMPLEXITY": "0", "CLUMPQL_TIMEOUT": "5s", "CLUMPQL_WRITE_TIMEOUT": "6s",
		"CLUMPQL_ORIGINS": "a.example,*.b.example",
	} {
		t.Setenv(name, value)
	}
	got, _ := mustParse(t, "--addr=:2")
	want := config{
		DatabaseURL: "postgres://db/x", DataDir: "d", LogLevel: slog.LevelWarn, LogFormat: "json",
		Serve: serveCommand{
			Addr: ":2", // a flag beats a variable
			Demo: true, PostgresPort: 5433, MaxBody: 5, MaxDepth: 7, Timeout: 5 * time.Second, WriteTimeout: 6 * time.Second,
			DrainTimeout: time.Minute, Origins: []string{"a.example", "*.b.example"},
		},
	}
	if got.DatabaseURL != want.DatabaseURL || got.DataDir != want.DataDir || got.LogLevel != want.LogLevel ||
		got.LogFormat != want.LogFormat || !reflect.DeepEqual(got.Serve, want.Serve) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Every mistake is found before anything is started, and its text names the flag.
func TestParse_mistakes(t *testing.T) {
	for _, test := range []struct {
		args string
		want string
	}{
		{"serve --max-body=0", "--max-body"},
		{"serve --max-body=many", "--max-body"},
		{"serve --max-depth=-1", "--max-depth"},
		{"serve --max-complexity=-1", "--max-complexity"},
		{"serve --drain-timeout=-1s", "--drain-timeout"},
		{"serve --timeout=0s", "--timeout"},
		{"serve --write-timeout=-1s", "--write-timeout"},
		{"serve --postgres-port=65536", "--postgres-port"},
		{"serve --log-level=loud", "--log-level"},
		{"serve --log-format=xml", "--log-format"},
		{"serve --data-dir=", "--data-dir"},
		{"seed --tracks=0", "--tracks"},
		{"seed --users=4", "--users: 4 is not between 5 and"},
		{"serve --no-such", "--no-such"},
		{"nothing", "nothing"},
		{"import", "<dir>"},
		{"import /no/such/folder", "/no/such/folder"},
		{"verify --demo", "--demo"},
		{"verify --head=abc", "--head"},
	} {
		_, _, err := parse(strings.Fields(test.args), io.Discard, io.Discard, func(int) {})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("clumpql %s: error %v, want one about %s", test.args, err, test.want)
		}
	}
}

func TestParse_help(t *testing.T) {
	var stdout bytes.Buffer
	code := -1
	_, _, err := parse([]string{"--help"}, &stdout, io.Discard, func(c int) { code = c })
	if code != 0 {
		t.Errorf("exit code %d, error %v", code, err)
	}
	for _, want := range []string{"serve", "migrate", "import", "seed", "verify", "rebuild", "version", "$DATABASE_URL", "$CLUMPQL_DATA_DIR"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("help does not mention %s", want)
		}
	}
}

func TestConfigLogger_levelAndForm(t *testing.T) {
	var out bytes.Buffer
	log := (&config{LogLevel: slog.LevelWarn, LogFormat: "json"}).logger(&out)
	log.Info("quiet")
	log.Warn("loud")
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, `"msg":"loud"`) {
		t.Errorf("logged %q", got)
	}
}

func TestOneLine(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"plain", "plain"},
		{"two\nerrors\n", "two; errors"},
		{"connect to `host=a`:\n\ta:1: refused\n\ta:1: refused\n\tb:1: refused", "connect to `host=a`: a:1: refused; b:1: refused"},
	} {
		if got := oneLine(errors.New(test.in)); got != test.want {
			t.Errorf("%q became %q, want %q", test.in, got, test.want)
		}
	}
}
