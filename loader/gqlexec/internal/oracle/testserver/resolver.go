package testserver

import (
	"context"
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/clumpql/clumpql/loader"
)

// Resolver resolves what the Go types do not.
type Resolver struct {
	// Requested is told, when it is set, which of these paths the selection of a user has.
	Requested func(friends, pets, below, nothing, any bool)
	Streams
}

var _ ResolverRoot = (*Resolver)(nil)

func (r *Resolver) Query() QueryResolver                       { return query{r} }
func (r *Resolver) Mutation() MutationResolver                 { return mutation{} }
func (r *Resolver) Subscription() SubscriptionResolver         { return &r.Streams }
func (*Resolver) BackedByInterface() BackedByInterfaceResolver { return backedByInterface{} }
func (*Resolver) Errors() ErrorsResolver                       { return noErrors{} }
func (*Resolver) FieldsOrderInput() FieldsOrderInputResolver   { return fieldsOrderInput{} }
func (*Resolver) ForcedResolver() ForcedResolverResolver       { return forcedResolver{} }
func (*Resolver) ModelMethods() ModelMethodsResolver           { return modelMethods{} }
func (*Resolver) OverlappingFields() OverlappingFieldsResolver { return overlappingFields{} }
func (*Resolver) Panics() PanicsResolver                       { return panics{} }
func (*Resolver) Pet() PetResolver                             { return pet{} }
func (*Resolver) Primitive() PrimitiveResolver                 { return primitive{} }
func (*Resolver) PrimitiveString() PrimitiveStringResolver     { return primitiveString{} }
func (*Resolver) User() UserResolver                           { return user{} }
func (*Resolver) ValidType() ValidTypeResolver                 { return validType{} }
func (*Resolver) WrappedMap() WrappedMapResolver               { return wrappedMap{} }
func (*Resolver) WrappedSlice() WrappedSliceResolver           { return wrappedSlice{} }

type query struct{ *Resolver }

func (query) Valid(context.Context) loader.Clump[string] { return loader.Value("Ok") }

// Invalid has a value and an error: the error counts.
func (query) Invalid(context.Context) loader.Clump[string] {
	return loader.Try(func() (string, error) { return "Ok", errors.New("ERROR") })
}

func (query) ErrorBubble(context.Context) loader.Clump[*Error] { return loader.Value(&Error{"E1234"}) }

func (query) ErrorBubbleList(context.Context) loader.Clump[[]*Error] {
	return loader.Value([]*Error{{"1"}, nil, nil})
}

func (query) ErrorList(context.Context) loader.Clump[[]*Error] { return loader.Value([]*Error{nil}) }
func (query) Errors(context.Context) loader.Clump[*Errors]     { return loader.Value(&Errors{}) }

func (query) NullableArg(_ context.Context, arg *int) loader.Clump[*string] {
	s := "null"
	if arg != nil {
		s = strconv.Itoa(*arg)
	}
	return loader.Value(&s)
}

func (query) Panics(context.Context) loader.Clump[*Panics]         { return loader.Value(&Panics{}) }
func (query) Slices(context.Context) loader.Clump[*Slices]         { return loader.Value(&Slices{}) }
func (query) ScalarSlice(context.Context) loader.Clump[Bytes]      { return loader.Value(Bytes("testing")) }
func (query) DeprecatedField(context.Context) loader.Clump[string] { return loader.Value("") }
func (query) Infinity(context.Context) loader.Clump[float64]       { return loader.Value(math.Inf(-1)) }

func (query) FieldWithDeprecatedArg(context.Context, *int, *int) loader.Clump[*string] {
	return loader.Empty[*string]()
}

// User has the times of its creation and its update from 10 on, and neither below.
func (q query) User(ctx context.Context, id int) loader.Clump[*User] {
	if q.Requested != nil {
		q.Requested(graphql.FieldRequested(ctx, "friends"), graphql.FieldRequested(ctx, "pets"), graphql.FieldRequested(ctx, "friends.id"),
			graphql.FieldRequested(ctx, "nothing"), graphql.AnyFieldRequested(ctx, "nothing", "friends"))
	}
	u := &User{ID: id}
	if id >= 10 {
		updated := time.Date(2010, 1, 1, 0, 0, 20, 1, time.UTC)
		u.Created, u.Updated = updated.Add(-10*time.Second), &updated
	}
	return loader.Value(u)
}

func (query) ModelMethods(context.Context) loader.Clump[*ModelMethods] {
	return loader.Value(&ModelMethods{})
}

func (query) Overlapping(context.Context) loader.Clump[*OverlappingFields] {
	return loader.Value(&OverlappingFields{Foo: 2, NewFoo: 3})
}

func (query) StringFromContextInterface(context.Context) loader.Clump[*StringFromContextInterface] {
	return loader.Value(&StringFromContextInterface{})
}

func (query) StringFromContextFunction(context.Context) loader.Clump[string] { return loader.Value("") }

func (query) PrimitiveObject(context.Context) loader.Clump[[]Primitive] {
	return loader.Value([]Primitive{2, 4})
}

func (query) PrimitiveStringObject(context.Context) loader.Clump[[]PrimitiveString] {
	return loader.Value([]PrimitiveString{"hello", "world"})
}

type noErrors struct{}

func (noErrors) A(context.Context, *Errors) loader.Clump[*Error] { return loader.Value[*Error](nil) }
func (noErrors) B(context.Context, *Errors) loader.Clump[*Error] { return loader.Value[*Error](nil) }
func (noErrors) C(context.Context, *Errors) loader.Clump[*Error] { return loader.Value[*Error](nil) }
func (noErrors) D(context.Context, *Errors) loader.Clump[*Error] { return loader.Empty[*Error]() }
func (noErrors) E(context.Context, *Errors) loader.Clump[*Error] { return loader.Empty[*Error]() }

type modelMethods struct{}

func (modelMethods) ResolverField(context.Context, *ModelMethods) loader.Clump[bool] {
	return loader.Value(true)
}

type overlappingFields struct{}

func (overlappingFields) OldFoo(_ context.Context, o *OverlappingFields) loader.Clump[int] {
	return loader.Value(o.Foo)
}

type panics struct{}

func (panics) FieldScalarMarshal(context.Context, *Panics) loader.Clump[[]MarshalPanic] {
	return loader.Value([]MarshalPanic{"one", "two"})
}

func (panics) ArgUnmarshal(context.Context, *Panics, []MarshalPanic) loader.Clump[bool] {
	return loader.Value(true)
}

type user struct{}

func (user) Friends(_ context.Context, u *User) loader.Clump[[]*User] {
	return loader.Value([]*User{{ID: u.ID + 1}})
}

func (user) Pets(context.Context, *User, *int) loader.Clump[[]*Pet] {
	return loader.Value([]*Pet{{ID: 10}})
}

type pet struct{}

func (pet) Friends(context.Context, *Pet, *int) loader.Clump[[]*Pet] { return loader.Value([]*Pet{}) }

type primitive struct{}

func (primitive) Value(_ context.Context, p *Primitive) loader.Clump[int] {
	return loader.Value(int(*p))
}

type primitiveString struct{}

func (primitiveString) Value(_ context.Context, s *PrimitiveString) loader.Clump[string] {
	return loader.Value(string(*s))
}

func (primitiveString) Len(_ context.Context, s *PrimitiveString) loader.Clump[int] {
	return loader.Value(len(*s))
}
