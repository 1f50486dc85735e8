package gqlexec

import (
	"context"
	"reflect"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
)

// errFieldInterceptor is the answer to every operation while an extension intercepts fields.
const errFieldInterceptor = "an extension intercepts fields, and clumps are executed in columns: " +
	"set AroundColumn instead, or IgnoreFieldInterceptors to run without it"

// uninstalled is the operation context that gqlgen's executor makes when no extension intercepts anything. What it has as middleware are two
// function literals that close over nothing, so that their code tells them from all others.
var uninstalled, _ = executor.New(nil).CreateOperationContext(graphql.StartOperationTrace(context.Background()), &graphql.RawParams{})

func interceptsFields(operation *graphql.OperationContext) bool {
	f := operation.ResolverMiddleware
	return f != nil && !sameCode(f, uninstalled.ResolverMiddleware)
}

func interceptsRootFields(operation *graphql.OperationContext) bool {
	f := operation.RootResolverMiddleware
	return f != nil && !sameCode(f, uninstalled.RootResolverMiddleware)
}

func sameCode(f, g any) bool { return reflect.ValueOf(f).Pointer() == reflect.ValueOf(g).Pointer() }
