package testserver_test

import "testing"

// refused is the answer to a query that is not valid.
func refused(message, where string) string {
	return `{"errors":[{"message":"` + message + `",` + where + `,"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}],"data":null}`
}

func TestInput(t *testing.T) {
	run(t, []question{
		{"when function errors on directives", `{ inputSlice(arg: ["ok", 1, "ok"]) }`, "",
			refused("String cannot represent a non string value: 1", `"locations":[{"line":1,"column":26}]`)},
		{"when input slice nullable", `{ inputNullableSlice(arg: null) b: inputNullableSlice(arg: []) }`, "", `{"data":{"inputNullableSlice":true,"b":false}}`},
		{"coerce single value to slice", `{ inputSlice(arg: "coerced") inputNullableSlice(arg: "coerced") }`, "",
			`{"data":{"inputSlice":true,"inputNullableSlice":true}}`},
		{"coerce a variable to slice", `query ($s: String!) { inputSlice(arg: [$s]) }`, `{"s": "coerced"}`, `{"data":{"inputSlice":true}}`},
		{"default of a list of lists", `{ nestedInputs b: nestedInputs(input: {inner: {id: 1}}) }`, "", `{"data":{"nestedInputs":true,"b":true}}`},
		{"recursive", `{ recursive(input: {self: [{}, {self: {}}]}) }`, "", `{"data":{"recursive":true}}`},
	})
}

func TestInputOmittable(t *testing.T) {
	is := func(s string) string { return `{"data":{"inputOmittable":"` + s + `"}}` }
	run(t, []question{
		{"unset", `{ inputOmittable(arg: {}) }`, "", is("")},
		{"id field", `{ inputOmittable(arg: {id: "foo"}) }`, "", is("id foo;")},
		{"id field null", `{ inputOmittable(arg: {id: null}) }`, "", is("id null;")},
		{"bool field", `{ inputOmittable(arg: {bool: false}) }`, "", is("bool false;")},
		{"str field", `{ inputOmittable(arg: {str: "bar"}) }`, "", is("str bar;")},
		{"int field", `{ inputOmittable(arg: {int: 42}) }`, "", is("int 42;")},
		{"time field", `{ inputOmittable(arg: {time: "2011-04-05T16:01:33Z"}) }`, "", is("time 2011-04-05T16:01:33Z;")},
		{"enum field", `{ inputOmittable(arg: {enum: ERROR}) }`, "", is("enum ERROR;")},
		{"scalar field", `{ inputOmittable(arg: {scalar: "baz"}) }`, "", is("scalar baz;")},
		{"object field", `{ inputOmittable(arg: {object: {inner: {id: 21}}}) }`, "", is("object 21;")},
		{"all null", `{ inputOmittable(arg: {id: null, bool: null, str: null, int: null, time: null, enum: null, scalar: null, object: null}) }`, "",
			is("id null;bool null;str null;int null;time null;enum null;scalar null;object null;")},
		{"by variables", `query ($arg: OmittableInput!) { inputOmittable(arg: $arg) }`, `{"arg": {"id": null, "int": 1}}`, is("id null;int 1;")},
		{"of a variable that is missing", `query ($id: ID) { inputOmittable(arg: {id: $id}) }`, "", is("")},
		{"error", `{ inputOmittable(arg: {time: "never", id: 1}) }`, "",
			`{"errors":[{"message":"time should be RFC3339Nano formatted string","path":["inputOmittable","arg","time"],"locations":[{"line":1,"column":3}]}],"data":null}`},
	})
}

func TestDefaults(t *testing.T) {
	run(t, []question{
		{"default field parameters", `{ defaultParameters { falsyBoolean truthyBoolean } }`, "",
			`{"data":{"defaultParameters":{"falsyBoolean":false,"truthyBoolean":true}}}`},
		{"default input fields", `mutation { defaultInput(input: {}) { falsyBoolean truthyBoolean } }`, "",
			`{"data":{"defaultInput":{"falsyBoolean":false,"truthyBoolean":true}}}`},
		{"null in place of a default", `mutation { defaultInput(input: {truthyBoolean: null}) { falsyBoolean truthyBoolean } }`, "",
			`{"data":{"defaultInput":{"falsyBoolean":false,"truthyBoolean":null}}}`},
	})
}

func TestDefaultScalarImplementation(t *testing.T) {
	run(t, []question{
		{"with arg value", `{ defaultScalar(arg: "fff") }`, "", `{"data":{"defaultScalar":"fff"}}`},
		{"with default value", `{ defaultScalar }`, "", `{"data":{"defaultScalar":"default"}}`},
		{"TestTypeFallback/fallback to string passthrough", `{ fallback(arg: A) }`, "", `{"data":{"fallback":"A"}}`},
	})
}

func TestEnumsResolver(t *testing.T) {
	run(t, []question{
		{"input with valid enum value", `{ enumInInput(input: {enum: OK}) }`, "", `{"data":{"enumInInput":"OK"}}`},
		{"input with invalid enum value", `{ enumInInput(input: {enum: INVALID}) }`, "",
			refused(`Value \"INVALID\" does not exist in \"EnumTest!\" enum.`, `"locations":[{"line":1,"column":29}]`)},
		{"input with invalid enum value via vars", `query ($input: InputWithEnumValue) { enumInInput(input: $input) }`, `{"input": {"enum": "INVALID"}}`,
			refused("INVALID is not a valid EnumTest", `"path":["variable","input","enum"]`)},
	})
}

func TestMaps(t *testing.T) {
	const selection = ` { a b c nested { value } } }`
	run(t, []question{
		{"unset", `{ mapStringInterface` + selection, "", `{"data":{"mapStringInterface":null}}`},
		{"nil", `{ mapStringInterface(in: null)` + selection, "", `{"data":{"mapStringInterface":null}}`},
		{"values", `query ($value: CustomScalar!) { mapStringInterface(in: {a: "a", b: null, c: 42, nested: {value: $value}})` + selection, `{"value": "17"}`,
			`{"data":{"mapStringInterface":{"a":"a","b":null,"c":"42","nested":{"value":"17"}}}}`},
		{"nested", `{ mapNestedStringInterface(in: {map: {a: "a", c: "42", nested: {value: 31}}})` + selection, "",
			`{"data":{"mapNestedStringInterface":{"a":"a","b":null,"c":"42","nested":{"value":"31"}}}}`},
		{"nested nil", `{ mapNestedStringInterface(in: {map: null})` + selection, "", `{"data":{"mapNestedStringInterface":null}}`},
		{"error in a map", `{ mapStringInterface(in: {a: "a", c: "x"}) { a } }`, "",
			`{"errors":[{"message":"strconv.ParseInt: parsing \"x\": invalid syntax","path":["mapStringInterface","in","c"],"locations":[{"line":1,"column":3}]}],"data":{"mapStringInterface":null}}`},
		{"TestMapNestedMapSlice/recursive input", `{ mapNestedMapSlice(input: {recurse: [{name: "child"}]}) }`, "", `{"data":{"mapNestedMapSlice":true}}`},
	})
}

func TestPtrToPtr(t *testing.T) {
	const selection = `) { name inner { key value } stupidInner { key value } } }`
	is := func(name, inner, stupid string) string {
		return `{"data":{"updatePtrToPtr":{"name":"` + name + `","inner":` + inner + `,"stupidInner":` + stupid + `}}}`
	}
	const before, after = `{"key":"oldKey","value":"oldValue"}`, `{"key":"newKey","value":"newValue"}`
	run(t, []question{
		{"pointer to pointer input missing", `mutation { updatePtrToPtr(input: {name: "newName"}` + selection, "", is("newName", before, before)},
		{"pointer to pointer input non-null", `mutation { updatePtrToPtr(input: {inner: {key: "newKey", value: "newValue"}}` + selection, "",
			is("oldName", after, before)},
		{"pointer to pointer input null", `mutation { updatePtrToPtr(input: {inner: null}` + selection, "", is("oldName", "null", before)},
		{"many pointers input non-null", `mutation { updatePtrToPtr(input: {stupidInner: {key: "newKey", value: "newValue"}}` + selection, "",
			is("oldName", before, after)},
		{"many pointers input null", `mutation { updatePtrToPtr(input: {stupidInner: null}` + selection, "", is("oldName", before, "null")},
	})
}

func TestFieldsOrder(t *testing.T) {
	run(t, []question{
		{"firstField", `mutation { overrideValueViaInput(input: {firstField: "newName"}) { firstFieldValue } }`, "",
			`{"data":{"overrideValueViaInput":{"firstFieldValue":"newName"}}}`},
		{"firstField/override", `mutation { overrideValueViaInput(input: {overrideFirstField: "override", firstField: "newName"}) { firstFieldValue } }`, "",
			`{"data":{"overrideValueViaInput":{"firstFieldValue":"override"}}}`},
		{"error", `mutation { overrideValueViaInput(input: {overrideFirstField: "refuse"}) { firstFieldValue } }`, "",
			`{"errors":[{"message":"boom","path":["overrideValueViaInput","input"],"locations":[{"line":1,"column":12}]}],"data":null}`},
	})
}

func TestErrorInsideMutationArgument(t *testing.T) {
	const query = `mutation TestMutation($input: SpecialInput!) { updateSomething(input: $input) }`
	run(t, []question{
		{"mutation with correct input doesn't return error", query, `{"input": {"nesting": {"field": "a@b.c"}}}`, `{"data":{"updateSomething":"a@b.c"}}`},
		{"mutation with incorrect input returns full path", query, `{"input": {"nesting": {"field": "none"}}}`,
			`{"errors":[{"message":"invalid email format","path":["updateSomething","input","nesting","field"],"locations":[{"line":1,"column":48}]}],"data":null}`},
	})
}

func TestIssue4053(t *testing.T) {
	run(t, []question{
		{"sending null input2 should not panic", `mutation { issue4053(input: {input2: null}) }`, "", `{"data":{"issue4053":"{Hello: HelloWithDefault:}"}}`},
		{"not sending input1 should yield nil Issue4053Input1", `mutation { issue4053 }`, "", `{"data":{"issue4053":"nil"}}`},
		{"sending empty input1 should yield zero value of Issue4053Input2", `mutation { issue4053(input: {}) }`, "",
			`{"data":{"issue4053":"{Hello: HelloWithDefault:}"}}`},
		{"sending empty input2 should yield default values", `mutation { issue4053(input: {input2: {}}) }`, "",
			`{"data":{"issue4053":"{Hello: HelloWithDefault:world}"}}`},
	})
}

func TestIntegration(t *testing.T) {
	run(t, []question{
		{"default generation allows int32 overflow inputs", `{ echoIntToInt(input: {wide: 2147483648}) }`, "", `{"data":{"echoIntToInt":2147483648}}`},
		{"strict compliant generation does not allow int32 overflow inputs", `{ echoIntToInt(input: {n: 2147483648}) }`, "",
			`{"errors":[{"message":"2147483648 overflows signed 32-bit integer","path":["echoIntToInt","input","n"],"locations":[{"line":1,"column":3}]}],"data":null}`},
	})
}

func TestValidType(t *testing.T) {
	const keywords = `(break: "b", func: "f", type: "t", range: "r", return: "r", _: "_")`
	run(t, []question{
		{"fields with differing cases can be distinguished", `{ validType { differentCase different_case } }`, "",
			`{"data":{"validType":{"differentCase":"new","different_case":"old"}}}`},
		{"keywords", `{ validType { validArgs` + keywords + ` validInputKeywords(input: {` + keywords[1:len(keywords)-1] + `}) } }`, "",
			`{"data":{"validType":{"validArgs":true,"validInputKeywords":true}}}`},
	})
}
