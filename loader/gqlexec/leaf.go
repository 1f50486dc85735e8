package gqlexec

import (
	"bytes"
	"context"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// Leaves encodes scalars and enums by gqlgen's marshalers, as any scalar that a project defines needs it.
// A marshaler that is [graphql.Null] makes its cell null.
func Leaves[V any](c Cells, values []V, marshal func(V) graphql.Marshaler) {
	c.each(func(i int) {
		m := marshal(values[i])
		if m == nil || m == graphql.Null {
			c.null(i)
			return
		}
		w := arenaWriter{c.run, len(c.run.arena)}
		m.MarshalGQL(w)
		w.store(c.slots.at(i))
	})
}

// ContextLeaves is [Leaves] for marshalers that take a context and can fail, such as gqlgen's Float. One that is nil makes its cell
// null.
func ContextLeaves[V any](c Cells, values []V, marshal func(V) graphql.ContextMarshaler) {
	ctx := c.field.context(c.run)
	c.each(func(i int) {
		m := marshal(values[i])
		if m == nil {
			c.null(i)
			return
		}
		w := arenaWriter{c.run, len(c.run.arena)}
		if err := marshalContext(ctx, m, w); err != nil {
			c.run.fail(c.slots.at(i), err)
			return
		}
		w.store(c.slots.at(i))
	})
}

func marshalContext(ctx context.Context, m graphql.ContextMarshaler, w arenaWriter) error {
	err := m.MarshalGQLContext(ctx, w)
	if err != nil {
		w.run.arena = w.run.arena[:w.start]
	}
	return err
}

// Appended encodes scalars by a function that appends their JSON to a slice, without a closure or a writer for each.
func Appended[V any](c Cells, values []V, appendTo func([]byte, V) []byte) {
	c.each(func(i int) {
		start := len(c.run.arena)
		c.run.arena = appendTo(c.run.arena, values[i])
		c.run.raw(c.slots.at(i), start)
	})
}

// Strings encodes String and ID values as [graphql.MarshalString] does, without a closure for each.
func Strings(c Cells, values []string) {
	for i, v := range values {
		start := len(c.run.arena)
		c.run.arena = appendQuoted(c.run.arena, v)
		c.run.raw(c.slots.at(i), start)
	}
}

// Integers encodes Int values as [graphql.MarshalInt] does, without a closure for each.
func Integers[V ~int | ~int8 | ~int16 | ~int32 | ~int64](c Cells, values []V) {
	for i, v := range values {
		start := len(c.run.arena)
		c.run.arena = strconv.AppendInt(c.run.arena, int64(v), 10)
		c.run.raw(c.slots.at(i), start)
	}
}

// Booleans encodes Boolean values as [graphql.MarshalBoolean] does.
func Booleans(c Cells, values []bool) {
	for i, v := range values {
		start := len(c.run.arena)
		c.run.arena = strconv.AppendBool(c.run.arena, v)
		c.run.raw(c.slots.at(i), start)
	}
}

// arenaWriter appends what a marshaler writes to the run's arena, from start on.
type arenaWriter struct {
	run   *run
	start int
}

func (w arenaWriter) Write(p []byte) (int, error) {
	w.run.arena = append(w.run.arena, p...)
	return len(p), nil
}

func (w arenaWriter) WriteString(s string) (int, error) {
	w.run.arena = append(w.run.arena, s...)
	return len(s), nil
}

// store puts what was written into s, without space between its tokens: gqlgen's transports take that out, the newline of an
// encoding/json.Encoder for one.
func (w arenaWriter) store(s Slot) {
	written := w.run.arena[w.start:]
	w.run.arena = w.run.arena[:w.start+copy(written, withoutSpace(written))]
	w.run.raw(s, w.start)
}

// withoutSpace takes the space between its tokens out of JSON, in place. Only objects and lists have some within.
func withoutSpace(json []byte) []byte {
	json = bytes.TrimSpace(json)
	if len(json) == 0 || json[0] != '{' && json[0] != '[' {
		return json
	}
	kept, quoted, escaped := json[:0], false, false
	for _, c := range json {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		default:
			quoted = c == '"'
		}
		kept = append(kept, c)
	}
	return kept
}

const hexDigits = "0123456789ABCDEF"

// appendQuoted appends s as a JSON string, escaping exactly what gqlgen escapes, so that answers are equal byte for byte.
// Bytes that are not UTF-8 pass as they are, as they do there.
func appendQuoted(buf []byte, s string) []byte {
	buf = append(buf, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		buf = append(buf, s[start:i]...)
		switch c {
		case '\t':
			buf = append(buf, '\\', 't')
		case '\r':
			buf = append(buf, '\\', 'r')
		case '\n':
			buf = append(buf, '\\', 'n')
		case '\\', '"':
			buf = append(buf, '\\', c)
		default:
			buf = append(buf, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
		start = i + 1
	}
	buf = append(buf, s[start:]...)
	return append(buf, '"')
}
