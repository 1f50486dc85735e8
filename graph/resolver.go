package graph

import (
	"context"
	"time"

	"github.com/clumpql/clumpql/graph/exec"
	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/ledger"
	"github.com/clumpql/clumpql/loader"
)

// resolver is the root of all resolvers. None of its methods fetches: they return clumps over the sources.
type resolver struct {
	sources *sources
	depot   *ledger.Depot
	pstates *ledger.PStates
	feed    *ledger.Feed
	timeout time.Duration                // for the beginning of a subscription
	ended   func(context.Context, error) // told why a stream ended before its time
}

var _ exec.ResolverRoot = (*resolver)(nil)

func (r *resolver) Query() exec.QueryResolver                     { return queryResolver{r} }
func (r *resolver) Mutation() exec.MutationResolver               { return mutationResolver{r} }
func (r *resolver) Subscription() exec.SubscriptionResolver       { return subscriptionResolver{r} }
func (r *resolver) User() exec.UserResolver                       { return userResolver{r} }
func (r *resolver) Track() exec.TrackResolver                     { return trackResolver{r} }
func (r *resolver) Playlist() exec.PlaylistResolver               { return playlistResolver{r} }
func (r *resolver) Account() exec.AccountResolver                 { return accountResolver{r} }
func (r *resolver) Transfer() exec.TransferResolver               { return transferResolver{r} }
func (r *resolver) Deposit() exec.DepositResolver                 { return depositResolver{r} }
func (r *resolver) TrackPost() exec.TrackPostResolver             { return trackPostResolver{r} }
func (r *resolver) TrackRepost() exec.TrackRepostResolver         { return trackRepostResolver{r} }
func (r *resolver) PlaylistPost() exec.PlaylistPostResolver       { return playlistPostResolver{r} }
func (r *resolver) PlaylistRepost() exec.PlaylistRepostResolver   { return playlistRepostResolver{r} }
func (r *resolver) Comment() exec.CommentResolver                 { return commentResolver{r} }
func (r *resolver) UserFollow() exec.UserFollowResolver           { return userFollowResolver{r} }
func (r *resolver) TrackConnection() exec.TrackConnectionResolver { return trackConnectionResolver{} }
func (r *resolver) PlaylistConnection() exec.PlaylistConnectionResolver {
	return playlistConnectionResolver{}
}
func (r *resolver) TransferConnection() exec.TransferConnectionResolver {
	return transferConnectionResolver{}
}
func (r *resolver) DepositConnection() exec.DepositConnectionResolver {
	return depositConnectionResolver{}
}
func (r *resolver) TimelineConnection() exec.TimelineConnectionResolver {
	return timelineConnectionResolver{}
}

// orNull makes an undefined clump a defined nil, for the lists that keep a place for what is missing.
func orNull[T any](c loader.Clump[*T]) loader.Clump[*T] { return c.OrDefault(nil) }

func account(userID int64) *model.Account { return &model.Account{UserID: userID} }

type trackConnectionResolver struct{}

func (trackConnectionResolver) Edges(_ context.Context, c *model.TrackConnection) loader.Clump[[]*model.TrackEdge] {
	return edges[catalogue.Track, model.TrackEdge](c.Page)
}

func (trackConnectionResolver) Nodes(_ context.Context, c *model.TrackConnection) loader.Clump[[]*catalogue.Track] {
	return nodes(c.Page)
}

func (trackConnectionResolver) PageInfo(_ context.Context, c *model.TrackConnection) loader.Clump[*model.PageInfo] {
	return pageInfo(c.Page)
}

func (trackConnectionResolver) TotalCount(_ context.Context, c *model.TrackConnection) loader.Clump[int] {
	return totalCount(c.Count)
}

type playlistConnectionResolver struct{}

func (playlistConnectionResolver) Edges(_ context.Context, c *model.PlaylistConnection) loader.Clump[[]*model.PlaylistEdge] {
	return edges[catalogue.Playlist, model.PlaylistEdge](c.Page)
}

func (playlistConnectionResolver) Nodes(_ context.Context, c *model.PlaylistConnection) loader.Clump[[]*catalogue.Playlist] {
	return nodes(c.Page)
}

func (playlistConnectionResolver) PageInfo(_ context.Context, c *model.PlaylistConnection) loader.Clump[*model.PageInfo] {
	return pageInfo(c.Page)
}

func (playlistConnectionResolver) TotalCount(_ context.Context, c *model.PlaylistConnection) loader.Clump[int] {
	return totalCount(c.Count)
}

type transferConnectionResolver struct{}

func (transferConnectionResolver) Edges(_ context.Context, c *model.TransferConnection) loader.Clump[[]*model.TransferEdge] {
	return edges[ledger.TransferRecord, model.TransferEdge](c.Page)
}

func (transferConnectionResolver) Nodes(_ context.Context, c *model.TransferConnection) loader.Clump[[]*ledger.TransferRecord] {
	return nodes(c.Page)
}

func (transferConnectionResolver) PageInfo(_ context.Context, c *model.TransferConnection) loader.Clump[*model.PageInfo] {
	return pageInfo(c.Page)
}

func (transferConnectionResolver) TotalCount(_ context.Context, c *model.TransferConnection) loader.Clump[int] {
	return totalCount(c.Count)
}

type depositConnectionResolver struct{}

func (depositConnectionResolver) Edges(_ context.Context, c *model.DepositConnection) loader.Clump[[]*model.DepositEdge] {
	return edges[ledger.DepositRecord, model.DepositEdge](c.Page)
}

func (depositConnectionResolver) Nodes(_ context.Context, c *model.DepositConnection) loader.Clump[[]*ledger.DepositRecord] {
	return nodes(c.Page)
}

func (depositConnectionResolver) PageInfo(_ context.Context, c *model.DepositConnection) loader.Clump[*model.PageInfo] {
	return pageInfo(c.Page)
}
