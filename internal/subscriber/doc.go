// Package subscriber is a client of GraphQL subscriptions, for tests: by WebSocket (graphql-transport-ws) and by server-sent events.
//
//	WebSocket, Events, EventSource -> Subscription.Next, Next, ... -> io.EOF when the server has completed the stream
//
// A Subscription is used by one goroutine. The context it was made with ends it.
package subscriber
