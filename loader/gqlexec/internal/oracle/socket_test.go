package oracle_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// socket is the client of a WebSocket, as far as these tests need one: each message is one frame.
type socket struct {
	conn   net.Conn
	reader *bufio.Reader
}

// dial opens a WebSocket, by graphql-transport-ws.
func dial(t testing.TB, server http.Handler) socket {
	t.Helper()
	serving := httptest.NewServer(server)
	t.Cleanup(serving.Close)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", serving.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := socket{conn, bufio.NewReader(conn)}
	const upgrade = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
	if _, err := io.WriteString(conn, upgrade); err != nil {
		t.Fatal(err)
	}
	for line := ""; line != "\r\n"; { // to the end of the answer's headers
		if line, err = s.reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	s.write(t, `{"type":"connection_init"}`)
	if got := s.read(t); got != `{"type":"connection_ack"}` {
		t.Fatal(got)
	}
	return s
}

func (s socket) write(t testing.TB, message string) {
	t.Helper()
	const text, masked, noMask = 0x81, 0x80, "\x00\x00\x00\x00"
	frame := []byte{text, masked | 126}
	frame = append(binary.BigEndian.AppendUint16(frame, uint16(len(message))), noMask...)
	if _, err := s.conn.Write(append(frame, message...)); err != nil {
		t.Fatal(err)
	}
}

func (s socket) read(t testing.TB) string {
	t.Helper()
	message, err := s.frame()
	if err != nil {
		t.Fatal(err)
	}
	return string(message)
}

func (s socket) frame() ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(s.reader, head[:]); err != nil {
		return nil, err
	}
	length := int(head[1])
	switch length {
	case 126:
		var long [2]byte
		if _, err := io.ReadFull(s.reader, long[:]); err != nil {
			return nil, err
		}
		length = int(binary.BigEndian.Uint16(long[:]))
	case 127:
		return nil, fmt.Errorf("a message of more than 64 kB")
	}
	message := make([]byte, length)
	_, err := io.ReadFull(s.reader, message)
	return message, err
}
