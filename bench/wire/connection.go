package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"time"
)

// Connection is a connection to a server. It is not safe for concurrent use.
type Connection struct {
	conn   net.Conn
	reader *bufio.Reader
	answer bytes.Buffer
}

const readerSize = 32 << 10

// Dial opens a connection. It fails when it is used for longer than limit.
func Dial(ctx context.Context, address string, limit time.Duration) (*Connection, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		_ = conn.Close() // it was of no use
		return nil, err
	}
	return &Connection{conn: conn, reader: bufio.NewReaderSize(conn, readerSize)}, nil
}

// Close closes the connection. What it was used for has told its errors.
func (c *Connection) Close() { _ = c.conn.Close() }

// Request is a body for /graphql as it goes over the wire.
func Request(address string, body []byte) []byte {
	head := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", address, len(body))
	return append([]byte(head), body...)
}

var errHTTP = errors.New("answer is not 200 OK with a length or in chunks")

// Ask sends a request and returns the body of the answer, which is good until the next.
func (c *Connection) Ask(request []byte) ([]byte, error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	length, chunked, err := c.readHead()
	if err != nil {
		return nil, err
	}
	c.answer.Reset()
	if !chunked {
		_, err = io.CopyN(&c.answer, c.reader, length)
		return c.answer.Bytes(), err
	}
	if _, err := c.answer.ReadFrom(httputil.NewChunkedReader(c.reader)); err != nil {
		return nil, err
	}
	// The reader stops before the empty line at the end of a trailer, of which there is none.
	line, err := c.reader.ReadSlice('\n')
	if err == nil && len(bytes.TrimSpace(line)) > 0 {
		err = errHTTP
	}
	return c.answer.Bytes(), err
}

// readHead reads status and headers.
func (c *Connection) readHead() (length int64, chunked bool, err error) {
	status, err := c.reader.ReadSlice('\n')
	if err != nil {
		return 0, false, err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return 0, false, fmt.Errorf("%w: %s", errHTTP, bytes.TrimSpace(status))
	}
	length = -1
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return 0, false, err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, false, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.Equal(value, []byte("chunked"))
		}
	}
	if length < 0 && !chunked {
		return 0, false, errHTTP
	}
	return length, chunked, nil
}
