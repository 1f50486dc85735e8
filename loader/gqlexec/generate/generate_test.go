package generate_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/clumpql/clumpql/loader/gqlexec/generate"
)

// generated is where the tests let the executor be written. A refusal must not write it.
const generated = "testdata/exec/generated.go"

// run generates from a schema and settings, whose models are those of package oracle.
func run(t *testing.T, schema, settings string) error {
	t.Helper()
	file := filepath.Join(t.TempDir(), "api.graphqls")
	if err := os.WriteFile(file, []byte(schema), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.ReadConfig(strings.NewReader(`
schema: ["` + filepath.ToSlash(file) + `"]
autobind: [github.com/clumpql/clumpql/loader/gqlexec/internal/oracle]
models:
  ID: {model: [github.com/99designs/gqlgen/graphql.IntID]}
  Any: {model: [github.com/99designs/gqlgen/graphql.Map]}
  Twin: {model: [github.com/clumpql/clumpql/loader/gqlexec/internal/oracle.Node]}
` + settings))
	if err != nil {
		return err
	}
	if cfg.Exec.Filename == "" || strings.HasSuffix(cfg.Exec.Filename, "/generate/generated.go") {
		cfg.Exec = config.ExecConfig{Filename: generated, Package: "exec"}
		if err := cfg.Exec.Check(); err != nil {
			return err
		}
	}
	cfg.Model = config.PackageConfig{}
	return generate.Run(cfg)
}

// Whatever has no code is refused by file, line, type and field, all of it at once, and nothing is written.
func TestRun_Refuses(t *testing.T) {
	const schema = `type Query { node: Node holder: Holder item: Item find(in: InnerInput @inlineArguments): Node }
type Node implements Named { id: ID! label: String! @secret }
type Holder { named: Named }
interface Named { id: ID! }
type Twin { id: ID! }
union Item = Node | Twin
type Subscription { node: Node @subscriptionContext }
input InnerInput { flag: Boolean }
directive @secret on FIELD_DEFINITION
directive @trace on FIELD
directive @audit on QUERY
directive @inlineArguments on ARGUMENT_DEFINITION
directive @subscriptionContext on FIELD_DEFINITION
directive @defer(if: Boolean = true) on FRAGMENT_SPREAD
`
	err := run(t, schema, `  Node: {fields: {id: {batch: true}}}
directives: {secret: {implementation: "func() {}"}}
`)
	if err == nil {
		t.Fatal("not refused")
	}
	want := []string{
		"api.graphqls:14: @defer: nothing is deferred",
		"api.graphqls:11: @audit: directives in queries are not run",
		"api.graphqls:10: @trace: directives in queries are not run",
		"api.graphqls:3: Holder.named: the Go type *github.com/clumpql/clumpql/loader/gqlexec/internal/oracle.Named is not github.com",
		"api.graphqls:2: Node.id: batch resolvers are not supported",
		"api.graphqls:2: Node.label: the directive @secret has its implementation in the configuration",
		"api.graphqls:1: Query.item: the Go type github.com/clumpql/clumpql/loader/gqlexec/internal/oracle.Node is that of both Node and Twin in Item",
		"api.graphqls:1: Query.find: @inlineArguments is not supported",
		"api.graphqls:7: Subscription.node: subscription contexts are not supported",
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("no %q in\n%v", w, err)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != len(want) {
		t.Errorf("%d refusals, want %d:\n%v", n, len(want), err)
	}
	notWritten(t)
}

// What stands against the schema or the settings as a whole is refused before anything else is looked at.
func TestRun_RefusesEarly(t *testing.T) {
	const query = "type Query { node: Node }\ntype Node { id: ID! }\n"
	for name, c := range map[string]struct{ schema, settings, want string }{
		"RootAsField":      {query + "extend type Node { query: Query! }", "", "api.graphqls:2: Node.query: Query is a root type"},
		"FollowSchema":     {query, "exec: {layout: follow-schema, dir: testdata/exec}\n", "gqlgen.yml: exec.layout follow-schema is not supported"},
		"WorkerLimit":      {query, "exec: {filename: testdata/exec/generated.go, package: exec, worker_limit: 9}\n", "gqlgen.yml: exec.worker_limit is not supported"},
		"GlobalBatch":      {query, "resolver: {layout: follow-schema, dir: x, package: x, batch: {enabled: true}}\n", "resolver.batch is not supported"},
		"Federation":       {query, "federation: {filename: x.go, package: x}\n", "federation is not supported"},
		"OmitPanicHandler": {query, "omit_panic_handler: true\n", "omit_panic_handler is not supported"},
		"PointersInInput":  {query, "return_pointers_in_unmarshalinput: true\n", "return_pointers_in_unmarshalinput is not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(t, c.schema, c.settings); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			notWritten(t)
		})
	}
}

func notWritten(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(generated); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s was written: %v", generated, err)
	}
}

// Generation is idempotent and says the same every time, for every executor of the repository. The command runs over a copy: while it does, what
// was generated before is away, and the folders themselves may be built meanwhile. It is built without the race detector, under which it
// takes twice the time: nothing in it runs side by side.
func TestRun_Deterministic(t *testing.T) {
	command := filepath.Join(t.TempDir(), "gqlexec")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", command, "../cmd/gqlexec").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	module := copyOf(t, "../../..")
	for name, c := range map[string]struct {
		config string
		files  []string
	}{
		"Oracle":     {"loader/gqlexec/internal/oracle/gqlexec.yml", []string{"ours/generated.go"}},
		"Testserver": {"loader/gqlexec/internal/oracle/testserver/gqlgen.yml", []string{"generated.go", "models_gen.go"}},
		"Example":    {"loader/gqlexec/example/gqlgen.yml", []string{"exec/generated.go"}},
		"Graph":      {"gqlgen.yml", []string{"graph/exec/generated.go"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(filepath.Join(module, filepath.Dir(c.config)))
			before := read(t, c.files)
			if out, err := exec.CommandContext(t.Context(), command, "-config", filepath.Base(c.config)).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for i, after := range read(t, c.files) {
				if !bytes.Equal(before[i], after) {
					t.Errorf("%s is not what is generated now: run go generate", c.files[i])
				}
			}
		})
	}
}

// copyFolder returns a folder that is removed at the end: the same each time, where what is compiled in it comes from the cache, unless
// another run is in it, or has left it.
func copyFolder(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(os.TempDir(), "clumpql-generate-test")
	if os.Mkdir(folder, 0o700) != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// copyOf returns a folder with the files of a module, without hidden ones, tests, their data and other modules in it.
func copyOf(t *testing.T, module string) string {
	t.Helper()
	to := copyFolder(t)
	err := fs.WalkDir(os.DirFS(module), ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := name != "." && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (hidden || entry.Name() == "testdata" || name != "." && exists(filepath.Join(module, name, "go.mod"))):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, name), 0o750)
		case hidden || strings.HasSuffix(name, "_test.go") || !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(filepath.Join(module, name))
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func read(t *testing.T, names []string) (contents [][]byte) {
	t.Helper()
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, content)
	}
	return contents
}

// What was generated before stays when generating fails, the models too.
func TestRun_KeepsWhatWasGenerated(t *testing.T) {
	folder := t.TempDir()
	exec, models := filepath.Join(folder, "generated.go"), filepath.Join(folder, "models_gen.go")
	schema := filepath.Join(folder, "api.graphqls")
	for name, content := range map[string]string{exec: "package old", models: "package old // models", schema: "type Query { node: Nothing }"} {
		if err := os.WriteFile(name, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	cfg := config.DefaultConfig()
	cfg.SchemaFilename = config.StringList{schema}
	cfg.Exec = config.ExecConfig{Filename: exec, Package: "old"}
	cfg.Model = config.PackageConfig{Filename: models, Package: "old"}
	cfg.Sources = []*ast.Source{{Name: schema, Input: "type Query { node: Nothing }"}}
	if err := generate.Run(cfg); err == nil {
		t.Error("no error")
	}
	for name, want := range map[string]string{exec: "package old", models: "package old // models"} {
		if got := read(t, []string{name}); string(got[0]) != want {
			t.Errorf("%s is now %q", name, got[0])
		}
	}
}

// What was not there is not there when generating fails, the models and their folder neither, though they were written by then.
func TestRun_WritesNothingNew(t *testing.T) {
	folder, err := os.MkdirTemp(".", "_refused") // in the module, as gqlgen asks for the import path of the models; none of ./...
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	cfg := config.DefaultConfig()
	cfg.Exec = config.ExecConfig{Filename: filepath.Join(folder, "exec/generated.go"), Package: "exec"}
	cfg.Model = config.PackageConfig{Filename: filepath.Join(folder, "graph/model/models_gen.go"), Package: "model"}
	cfg.Sources = []*ast.Source{{Name: "api.graphqls", Input: "type Query { node: Node } type Node { id: ID! } directive @trace on FIELD"}}
	if err := generate.Run(cfg); err == nil || !strings.Contains(err.Error(), "@trace: directives in queries are not run") {
		t.Errorf("error %v, want the refusal of @trace", err)
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("left %s in the folder", left)
	}
}
