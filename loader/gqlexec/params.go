package gqlexec

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

const (
	maxShared = 4 << 10 // bytes of a body that the strings of its variables share; of a longer one they are copies, so that none keeps it
	maxNested = 100     // levels
	maxHint   = 1 << 10 // elements that room is made for before they are read
)

// paramsReader reads the body of a request: JSON as nearly all clients send it. Anything else, right or wrong, it leaves to encoding/json.
type paramsReader struct {
	text  string
	at    int
	depth int
}

// readParams sets what gqlgen's transport would decode from the body, or reports false.
func readParams(body []byte, params *graphql.RawParams) bool {
	if !utf8.Valid(body) { // encoding/json mends it
		return false
	}
	r := paramsReader{text: string(body)}
	seen := make(map[string]bool, 4) // of a member that comes twice, encoding/json merges the values
	return r.members(func(name string) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		if r.literal("null") {
			return name == "query" || name == "operationName" || name == "variables" || name == "extensions"
		}
		var ok bool
		switch name {
		case "query":
			params.Query, ok = r.string()
			params.Query = strings.Clone(params.Query) // caches of queries keep it
		case "operationName":
			params.OperationName, ok = r.string()
		case "variables":
			params.Variables, ok = r.object()
		case "extensions":
			params.Extensions, ok = r.object()
		}
		return ok
	})
}

func (r *paramsReader) skipSpace() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// byte takes the next byte, after space, if it is c.
func (r *paramsReader) byte(c byte) bool {
	r.skipSpace()
	if r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

// literal takes the word if it is next.
func (r *paramsReader) literal(word string) bool {
	r.skipSpace()
	if !strings.HasPrefix(r.text[r.at:], word) {
		return false
	}
	r.at += len(word)
	return true
}

// members reads an object and calls read before each value.
func (r *paramsReader) members(read func(name string) bool) bool {
	if !r.byte('{') {
		return false
	}
	if r.byte('}') {
		return true
	}
	for {
		name, ok := r.string()
		if !ok || !r.byte(':') || !read(name) {
			return false
		}
		if !r.byte(',') {
			return r.byte('}')
		}
	}
}

func (r *paramsReader) object() (object map[string]any, ok bool) {
	object = make(map[string]any)
	ok = r.members(func(name string) (ok bool) {
		object[name], ok = r.value()
		return ok
	})
	return object, ok
}

func (r *paramsReader) list() (list []any, ok bool) {
	if !r.byte('[') {
		return nil, false
	}
	if r.byte(']') {
		return []any{}, true
	}
	end := max(0, strings.IndexByte(r.text[r.at:], ']'))
	list = make([]any, 0, min(maxHint, 1+strings.Count(r.text[r.at:r.at+end], ",")))
	for {
		v, ok := r.value()
		if !ok {
			return nil, false
		}
		list = append(list, v)
		if !r.byte(',') {
			return list, r.byte(']')
		}
	}
}

func (r *paramsReader) value() (v any, ok bool) {
	r.skipSpace()
	if r.at == len(r.text) || r.depth == maxNested {
		return nil, false
	}
	r.depth++
	defer func() { r.depth-- }()
	switch c := r.text[r.at]; {
	case c == '"':
		return r.string()
	case c == '{':
		return r.object()
	case c == '[':
		return r.list()
	case c == '-' || c >= '0' && c <= '9':
		return r.number()
	case r.literal("null"):
		return nil, true
	case r.literal("true"):
		return true, true
	default:
		return false, r.literal("false")
	}
}

func (r *paramsReader) string() (string, bool) {
	if !r.byte('"') {
		return "", false
	}
	start, escaped := r.at, false
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == '"':
			s := r.text[start:r.at]
			r.at++
			switch {
			case escaped:
				return unescape(r.text[start-1 : r.at])
			case len(r.text) > maxShared:
				s = strings.Clone(s)
			}
			return s, true
		case c == '\\':
			escaped = true
			r.at++
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

func unescape(quoted string) (s string, ok bool) {
	err := json.Unmarshal([]byte(quoted), &s)
	return s, err == nil
}

func (r *paramsReader) number() (n json.Number, ok bool) {
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.0123456789Ee", r.text[r.at]) >= 0 {
		r.at++
	}
	n = json.Number(r.text[start:r.at])
	return n, json.Valid([]byte(n))
}
