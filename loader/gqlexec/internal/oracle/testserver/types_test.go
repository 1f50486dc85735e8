package testserver_test

import (
	"reflect"
	"testing"

	"github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver"
)

func TestInterfaces(t *testing.T) {
	run(t, []question{
		{"models returning interfaces", `{ node(concrete: false) { id child { id ... on ConcreteNodeA { name } } } }`, "",
			`{"data":{"node":{"id":"1234","child":{"id":"5678","name":"c"}}}}`},
		{"interfaces can be nil", `{ noShape { area } }`, "", `{"data":{"noShape":null}}`},
		{"interfaces can be typed nil", `{ noShapeTypedNil { area } }`, "", `{"data":{"noShapeTypedNil":null}}`},
		{"interfaces can be nil (test with code-generated resolver)", `{ animal { species } }`, "", `{"data":{"animal":null}}`},
		{"can bind to interfaces even when the graphql is not", `{ notAnInterface { id thisShouldBind thisShouldBindWithError } }`, "",
			`{"data":{"notAnInterface":{"id":"ID:A","thisShouldBind":"A","thisShouldBindWithError":"A"}}}`},
		{"can return errors from interface funcs", `{ notAnInterface(fail: true) { id thisShouldBindWithError } }`, "",
			`{"errors":[{"message":"boom","path":["notAnInterface","thisShouldBindWithError"],"locations":[{"line":1,"column":35}]}],"data":{"notAnInterface":null}}`},
		{"interfaces can implement other interfaces", `{ node(concrete: true) { __typename id child { id } } }`, "",
			`{"data":{"node":{"__typename":"ConcreteNodeInterface","id":"concrete","child":{"id":"child"}}}}`},
		{"interface implementors should return merged base fields",
			`{ shapes { coordinates { x } ... on Rectangle { coordinates { x } } ... on Circle { coordinates { y } } } }`, "",
			`{"data":{"shapes":[{"coordinates":{"x":-1}},{"coordinates":{"x":1,"y":1}}]}}`},
		{"fragment on interface must return merged fields", `{ dog { size { height } ...AnimalWeight } } fragment AnimalWeight on Animal { size { weight } }`, "",
			`{"data":{"dog":{"size":{"height":100,"weight":35}}}}`},
	})
	t.Run("slices of interfaces are not pointers", func(t *testing.T) {
		assertClump[testserver.QueryResolver](t, "Shapes", "loader.Clump[[]github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver.Shape]")
	})
	t.Run("TestUserPtr", func(t *testing.T) {
		assertClump[testserver.QueryResolver](t, "OptionalUnion", "loader.Clump[github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver.TestUnion]")
	})
	t.Run("TestForcedResolverFieldIsPointer", func(t *testing.T) {
		assertClump[testserver.ForcedResolverResolver](t, "Field", "loader.Clump[*github.com/clumpql/clumpql/loader/gqlexec/internal/oracle/testserver.Circle]")
	})
}

// assertClump compares what a method of a resolver returns.
func assertClump[R any](t *testing.T, method, want string) {
	t.Helper()
	m, ok := reflect.TypeFor[R]().MethodByName(method)
	if !ok {
		t.Fatalf("there is no %s", method)
	}
	if got := m.Type.Out(0).String(); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestUnionFragments(t *testing.T) {
	run(t, []question{
		{"inline fragment on union", `{ shapeUnion { ... on Circle { radius } } optionalUnion { __typename } }`, "",
			`{"data":{"shapeUnion":{"radius":32},"optionalUnion":null}}`},
		{"named fragment", `{ shapeUnion { ...C } } fragment C on ShapeUnion { ... on Circle { radius } }`, "", `{"data":{"shapeUnion":{"radius":32}}}`},
	})
}

func TestEmbedded(t *testing.T) {
	run(t, []question{
		{"embedded case 1", `{ embeddedCase1 { exportedEmbeddedPointerExportedMethod } }`, "",
			`{"data":{"embeddedCase1":{"exportedEmbeddedPointerExportedMethod":"exported pointer"}}}`},
		{"embedded case 2", `{ embeddedCase2 { unexportedEmbeddedPointerExportedMethod } }`, "",
			`{"data":{"embeddedCase2":{"unexportedEmbeddedPointerExportedMethod":"unexported pointer"}}}`},
		{"embedded case 3", `{ embeddedCase3 { unexportedEmbeddedInterfaceExportedMethod } }`, "",
			`{"data":{"embeddedCase3":{"unexportedEmbeddedInterfaceExportedMethod":"unexported interface"}}}`},
	})
}

func TestPtrToAny(t *testing.T) {
	run(t, []question{
		{"binding to pointer to any", `{ ptrToAnyContainer { binding ptrToAny } }`, "",
			`{"data":{"ptrToAnyContainer":{"binding":{"some":"thing"},"ptrToAny":{"some":"thing"}}}}`},
		{"TestPtrToAny_Null/nil pointer to any should return null without panic", `{ ptrToAnyContainer(null: true) { binding ptrToAny } }`, "",
			`{"data":{"ptrToAnyContainer":{"binding":null,"ptrToAny":null}}}`},
		{"TestPtrToSlice/pointer to slice", `{ ptrToSliceContainer { ptrToSlice } }`, "", `{"data":{"ptrToSliceContainer":{"ptrToSlice":["hello"]}}}`},
		{"TestPtrToSlice_Null/nil pointer to slice should return null without panic", `{ ptrToSliceContainer(null: true) { ptrToSlice } }`, "",
			`{"data":{"ptrToSliceContainer":{"ptrToSlice":null}}}`},
	})
}

func TestOk(t *testing.T) {
	run(t, []question{
		{"v ok case value", `{ vOkCaseValue { value } }`, "", `{"data":{"vOkCaseValue":{"value":"hi"}}}`},
		{"v ok case nil", `{ vOkCaseNil { value } }`, "", `{"data":{"vOkCaseNil":{"value":null}}}`},
		{"TestVariadic", `{ variadicModel { value(rank: 1) b: value(rank: 2) } }`, "", `{"data":{"variadicModel":{"value":"1","b":"2"}}}`},
	})
}

func TestWrappedTypes(t *testing.T) {
	run(t, []question{
		{"wrapped struct", `{ wrappedStruct { name desc } }`, "", `{"data":{"wrappedStruct":{"name":"hello","desc":null}}}`},
		{"wrapped scalar", `{ wrappedScalar }`, "", `{"data":{"wrappedScalar":"hello"}}`},
		{"wrapped map", `{ wrappedMap { name: get(key: "name") } }`, "", `{"data":{"wrappedMap":{"name":"hello"}}}`},
		{"wrapped slice", `{ wrappedSlice { first: get(idx: 0) } }`, "", `{"data":{"wrappedSlice":{"first":"hello"}}}`},
	})
}

func TestProtoGetters(t *testing.T) {
	run(t, []question{
		{"user with all fields set", `{ getter(id: "both") { id name email age } }`, "",
			`{"data":{"getter":{"id":"both","name":"Bob","email":"bob@example.com","age":30}}}`},
		{"user with nullable fields unset", `{ getter(id: "neither") { id name email age } }`, "",
			`{"data":{"getter":{"id":"neither","name":null,"email":null,"age":30}}}`},
		{"user with only name set", `{ getter(id: "name") { id name email age } }`, "", `{"data":{"getter":{"id":"name","name":"Bob","email":null,"age":30}}}`},
	})
}
