package main

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// proxy stands between a server and Postgres.
type proxy struct {
	mu      sync.Mutex // held by whoever makes it fail
	proxied *toxiproxy.Proxy
}

// startProxy listens on a free port of loopback and forwards to address.
func startProxy(name, address string) (*proxy, error) {
	zerolog.SetGlobalLevel(zerolog.Disabled) // some toxics use the global logger
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	p := &proxy{proxied: toxiproxy.NewProxy(server, name, "127.0.0.1:0", address)}
	return p, p.proxied.Start()
}

// address is where the proxy listens, also after it was opened again.
func (p *proxy) address() string {
	p.proxied.Lock()
	defer p.proxied.Unlock()
	return p.proxied.Listen
}

// cut closes all connections and refuses new ones until open.
func (p *proxy) cut() { p.proxied.Stop() }

func (p *proxy) open() error { return p.proxied.Start() }

// toxic is what a proxy does to the data that passes, by the names of toxiproxy.
type toxic struct {
	Type       string         `json:"type"`
	Stream     string         `json:"stream"` // upstream: to Postgres; downstream: from it
	Attributes map[string]int `json:"attributes"`
}

// add lets the toxics work on all connections, present and future, until heal.
func (p *proxy) add(toxics ...toxic) error {
	for _, t := range toxics {
		description, err := json.Marshal(t)
		if err != nil {
			return err
		}
		if _, err := p.proxied.Toxics.AddToxicJson(bytes.NewReader(description)); err != nil {
			return err
		}
	}
	return nil
}

func (p *proxy) heal() { p.proxied.Toxics.ResetToxics(context.Background()) }

// The toxics by what they mean here. Each works in both directions.

// delayed makes every message late.
func delayed(latencyMs, jitterMs int) []toxic {
	return both("latency", map[string]int{"latency": latencyMs, "jitter": jitterMs})
}

// narrow lets so much pass in a second.
func narrow(kilobytes int) []toxic { return both("bandwidth", map[string]int{"rate": kilobytes}) }

// silent swallows everything, and closes the connections when it is over.
func silent() []toxic { return both("timeout", map[string]int{"timeout": 0}) }

// short closes each connection after so many bytes, mostly in the middle of a message.
func short(bytes int) []toxic { return both("limit_data", map[string]int{"bytes": bytes}) }

func both(kind string, attributes map[string]int) []toxic {
	return []toxic{{kind, "upstream", attributes}, {kind, "downstream", attributes}}
}
