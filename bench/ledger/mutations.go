package main

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/clumpql/clumpql/bench/process"
	"github.com/clumpql/clumpql/bench/wire"
	"github.com/clumpql/clumpql/ledger"
)

// mutations are sent to a server over HTTP, on each connection one after the other, and settled when they are answered.
type mutations struct {
	server      *process.Process
	accounts    int64
	pattern     pattern
	connections int
	bulk        int // transfers of a request; 0: one, by the mutation for one
}

const (
	transferHead  = `{"query":"mutation ($input: TransferInput!) { transfer(input: $input) { transfer { id status } } }","variables":{"input":`
	transfersHead = `{"query":"mutation ($inputs: [TransferInput!]!) { transfers(inputs: $inputs) { transfer { id status } } }","variables":{"inputs":[`
)

// succeeded is in an answer once for each transfer that has happened.
var succeeded = []byte(`"status":"SUCCEEDED"`)

// run implements contender.
func (m mutations) run(ctx context.Context, duration time.Duration) (work, error) {
	clients := make([]func() (int, error), m.connections)
	for i := range clients {
		c, err := wire.Dial(ctx, m.server.GraphQL, duration+patience)
		if err != nil {
			return work{}, err
		}
		defer c.Close()
		made, body := newTransfers(m.pattern, m.accounts), []byte(nil)
		clients[i] = func() (int, error) {
			body = m.appendBody(body[:0], made)
			answer, err := c.Ask(wire.Request(m.server.GraphQL, body))
			if err != nil {
				return 0, err
			}
			n := max(m.bulk, 1)
			if bytes.Count(answer, succeeded) != n {
				return 0, fmt.Errorf("%d transfers are answered with %.500s", n, answer)
			}
			return n, nil
		}
	}
	return together(clients, duration)
}

func (m mutations) appendBody(body []byte, made *transfers) []byte {
	if m.bulk == 0 {
		body = append(body, transferHead...)
		body = appendInput(body, made.next())
		return append(body, "}}"...)
	}
	body = append(body, transfersHead...)
	for i := range m.bulk {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendInput(body, made.next())
	}
	return append(body, "]}}"...)
}

func appendInput(body []byte, t ledger.Transfer) []byte {
	body = append(append(body, `{"id":"`...), t.ID...)
	body = strconv.AppendInt(append(body, `","fromUserId":"`...), t.FromUserID, 10)
	body = strconv.AppendInt(append(body, `","toUserId":"`...), t.ToUserID, 10)
	body = strconv.AppendInt(append(body, `","amount":"`...), t.AmountMinor, 10)
	return append(body, `"}`...)
}

// cpu implements contender.
func (m mutations) cpu(ctx context.Context) (time.Duration, error) {
	f, err := m.server.Figures(ctx)
	return f.CPU, err
}
