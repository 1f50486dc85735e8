package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// answerWithin is a server's deadline for a request, and something for a busy machine.
const answerWithin = 40 * time.Second

// refusal is an error that a server answered.
type refusal struct{ code, message string }

func (r *refusal) Error() string { return r.code + ": " + r.message }

// expected tells whether the API promises the error while something fails.
func (r *refusal) expected() bool { return r.code == "UNAVAILABLE" || r.code == "TIMEOUT" }

// errLate means that a server did not answer within its own deadline.
var errLate = errors.New("no answer within the deadline")

// errNobody means that a server does not listen just now.
var errNobody = errors.New("nobody listens")

// client speaks GraphQL over HTTP. It is safe for concurrent use.
type client struct{ http http.Client }

func newClient() *client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	return &client{http.Client{Transport: transport}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

// send sends a request to a server and decodes the answer's data into data. The error is a *refusal when the server answered one.
func (c *client) send(ctx context.Context, s *server, query string, variables map[string]any, data any) error {
	p := s.current.Load()
	if p == nil {
		return errNobody
	}
	disturbed := s.disturbed.Load()
	within, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	err := c.sendTo(within, p.url, query, variables, data)
	if within.Err() != nil && ctx.Err() == nil && s.disturbed.Load() == disturbed {
		return fmt.Errorf("%w: server %d", errLate, s.index)
	}
	return err
}

func (c *client) sendTo(ctx context.Context, url, query string, variables map[string]any, data any) error {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer := struct {
		Data   any
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}{Data: data}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if len(answer.Errors) > 0 {
		first := answer.Errors[0]
		return &refusal{first.Extensions.Code, first.Message}
	}
	return nil
}

// acknowledged is what a server answers to a record.
type acknowledged struct {
	outcome
	replayed bool
}

const depositMutation = `mutation ($i: DepositInput!) {deposit(input: $i) {replayed deposit {status balance}}}`

const transferMutation = `mutation ($i: TransferInput!) {transfer(input: $i) {replayed transfer {status payerBalance}}}`

// put sends a record and waits for its outcome.
func (c *client) put(ctx context.Context, s *server, r record) (acknowledged, error) {
	if r.deposit {
		var answer struct {
			Deposit struct {
				Replayed bool
				Deposit  struct{ Status, Balance string }
			}
		}
		if err := c.send(ctx, s, depositMutation, map[string]any{"i": map[string]any{"id": r.id, "userId": r.from, "amount": r.amount}}, &answer); err != nil {
			return acknowledged{}, err
		}
		o, err := readAnswer(answer.Deposit.Deposit.Status, answer.Deposit.Deposit.Balance)
		return acknowledged{o, answer.Deposit.Replayed}, err
	}
	var answer struct{ Transfer transferPayload }
	if err := c.send(ctx, s, transferMutation, map[string]any{"i": transferInput(r)}, &answer); err != nil {
		return acknowledged{}, err
	}
	return answer.Transfer.acknowledged()
}

const transfersMutation = `mutation ($i: [TransferInput!]!) {transfers(inputs: $i) {replayed transfer {status payerBalance}}}`

// putAll sends transfers in one mutation.
func (c *client) putAll(ctx context.Context, s *server, rs []record) ([]acknowledged, error) {
	inputs := make([]any, len(rs))
	for i, r := range rs {
		inputs[i] = transferInput(r)
	}
	var answer struct{ Transfers []transferPayload }
	if err := c.send(ctx, s, transfersMutation, map[string]any{"i": inputs}, &answer); err != nil {
		return nil, err
	}
	acks := make([]acknowledged, len(answer.Transfers))
	for i, payload := range answer.Transfers {
		var err error
		if acks[i], err = payload.acknowledged(); err != nil {
			return nil, err
		}
	}
	if len(acks) != len(rs) {
		return nil, fmt.Errorf("%d payloads for %d transfers", len(acks), len(rs))
	}
	return acks, nil
}

func transferInput(r record) map[string]any {
	return map[string]any{"id": r.id, "fromUserId": r.from, "toUserId": r.to, "amount": r.amount}
}

type transferPayload struct {
	Replayed bool
	Transfer transferAnswer
}

type transferAnswer struct{ Status, PayerBalance string }

func (p transferPayload) acknowledged() (acknowledged, error) {
	o, err := p.Transfer.outcome()
	return acknowledged{o, p.Replayed}, err
}

func (t transferAnswer) outcome() (outcome, error) { return readAnswer(t.Status, t.PayerBalance) }

// readAnswer reads an outcome from the fields of the API.
func readAnswer(status, balance string) (outcome, error) {
	if status == pending {
		return outcome{pending, unknownBalance}, nil
	}
	found, err := strconv.ParseInt(balance, 10, 64)
	return outcome{status, found}, err
}

const transferQuery = `query ($f: ID!, $i: ID!) {transfer(fromUserId: $f, id: $i) {status payerBalance}}`

// look asks what became of a transfer. One that is not known is pending too: nobody can tell the difference for sure.
func (c *client) look(ctx context.Context, s *server, r record) (outcome, error) {
	var answer struct{ Transfer *transferAnswer }
	if err := c.send(ctx, s, transferQuery, map[string]any{"f": r.from, "i": r.id}, &answer); err != nil {
		return outcome{}, err
	}
	if answer.Transfer == nil {
		return outcome{pending, unknownBalance}, nil
	}
	return answer.Transfer.outcome()
}

const balancesQuery = `query ($u: [ID!]!) {accounts(userIds: $u) {balance}}`

// balances reads the balances of users, at most 100, in one snapshot.
func (c *client) balances(ctx context.Context, s *server, users []int64) ([]int64, error) {
	var answer struct{ Accounts []struct{ Balance string } }
	if err := c.send(ctx, s, balancesQuery, map[string]any{"u": users}, &answer); err != nil {
		return nil, err
	}
	balances := make([]int64, len(users))
	if len(answer.Accounts) != len(users) {
		return nil, fmt.Errorf("%d accounts for %d users", len(answer.Accounts), len(users))
	}
	for i, account := range answer.Accounts {
		var err error
		if balances[i], err = strconv.ParseInt(account.Balance, 10, 64); err != nil {
			return nil, err
		}
	}
	return balances, nil
}

const statusQuery = `{ledger {lag workerId}}`

// status asks how many records wait to be decided, and who works. Nobody is "".
func (c *client) status(ctx context.Context, s *server) (lag int64, workerID string, err error) {
	var answer struct {
		Ledger struct {
			Lag      string
			WorkerID *string
		}
	}
	if err := c.send(ctx, s, statusQuery, nil, &answer); err != nil {
		return 0, "", err
	}
	if answer.Ledger.WorkerID != nil {
		workerID = *answer.Ledger.WorkerID
	}
	lag, err = strconv.ParseInt(answer.Ledger.Lag, 10, 64)
	return lag, workerID, err
}
