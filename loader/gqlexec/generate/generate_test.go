package generate_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen/config"

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
  MapInput: {model: ["map[string]interface{}"]}
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

// Whatever has no code is refused by file, line, type and field, and nothing is written.
func TestRun_Refuses(t *testing.T) {
	const query = "type Query { node: Node }\ntype Node { id: ID! }\n"
	cases := map[string]struct{ schema, settings, want string }{
		"BuiltInDirective":      {"directive @secret on FIELD_DEFINITION\n" + query + "extend type Node { label: String! @secret }", "directives: {secret: {implementation: \"func() {}\"}}\n", "api.graphqls:4: Node.label: the directive @secret has its implementation in the configuration"},
		"SubscriptionDirective": {"directive @secret on FIELD_DEFINITION\n" + query + "type Subscription { node: Node @secret }", "", "api.graphqls:4: Subscription.node: the directive @secret is not run"},
		"Defer":                 {query + "directive @defer(if: Boolean = true) on FRAGMENT_SPREAD", "", "api.graphqls:3: @defer: nothing is deferred"},
		"SubscriptionContext":   {query + "type Subscription { node: Node }", "subscription_context_field: true\n", "api.graphqls:3: Subscription.node: subscription contexts are not supported"},
		"PointerToInterface":    {query + "interface Named { id: ID! }\nextend type Node implements Named\nextend type Query { holder: Holder }\ntype Holder { named: Named }", "", "api.graphqls:6: Holder.named: the Go type *github.com/clumpql/clumpql/loader/gqlexec/internal/oracle.Named is not github.com"},
		"OneGoTypeForTwo":       {query + "type Twin { id: ID! }\nunion Item = Node | Twin\nextend type Query { item: Item }", "", "api.graphqls:5: Query.item: the Go type github.com/clumpql/clumpql/loader/gqlexec/internal/oracle.Node is that of both Twin and Node in Item"},
		"QueryDirective":        {"directive @trace on FIELD\n" + query, "", "api.graphqls:1: @trace: directives in queries are not run"},
		"InputField":            {query + "input InnerInput { none: Int }\nextend type Query { find(in: InnerInput): Node }", "", "InnerInput.none: no field of the Go type matches"},
		"InputMap":              {query + "input MapInput { a: Int }\nextend type Query { find(in: MapInput): Node }", "", "Query.find: the Go type map[string]any of the input MapInput is not supported"},
		"RootAsField":           {query + "extend type Node { query: Query! }", "", "Node.query: Query is a root type"},
		"Batch":                 {query, "  Node: {fields: {id: {batch: true}}}\n", "Node.id: batch resolvers are not supported"},
		"FollowSchema":          {query, "exec: {layout: follow-schema, dir: testdata/exec}\n", "exec.layout follow-schema is not supported"},
		"GlobalBatch":           {query, "resolver: {layout: follow-schema, dir: x, package: x, batch: {enabled: true}}\n", "resolver.batch is not supported"},
		"OmitPanicHandler":      {query, "omit_panic_handler: true\n", "omit_panic_handler is not supported"},
		"PointersInInput":       {query, "return_pointers_in_unmarshalinput: true\n", "return_pointers_in_unmarshalinput is not supported"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			err := run(t, c.schema, c.settings)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if _, err := os.Stat(generated); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s was written: %v", generated, err)
			}
		})
	}
}

func TestRun_RefusesAllAtOnce(t *testing.T) {
	err := run(t, "directive @a on FIELD\ndirective @b on QUERY\ntype Query { node: Node }\ntype Node { id: ID! }\ndirective @defer on FRAGMENT_SPREAD", "")
	if err == nil || strings.Count(err.Error(), "api.graphqls:") != 3 {
		t.Errorf("error %v, want all three", err)
	}
}

// Generation is idempotent and says the same every time.
func TestRun_Deterministic(t *testing.T) {
	t.Chdir("../internal/oracle")
	before, err := os.ReadFile("ours/generated.go")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.LoadConfig("gqlexec.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := generate.Run(cfg); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile("ours/generated.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("ours/generated.go is not what is generated now: run go generate")
	}
}
