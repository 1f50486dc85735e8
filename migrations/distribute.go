package migrations

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// On a Citus cluster the tables are spread over its nodes. What is read by user lies with the user: the histories are colocated with funds. What
// belongs to a partition of the depot lies together: an append locks one row on one node, and a microbatch's fence is on the node that the records
// are read from. The lease is one row on one node. The catalogue is small beside the ledger and read by every request, so
// every node has a copy. tern's table of the version stays where the program connects to.

const clusterPresent = `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')`

// lockLease lets one process at a time distribute, until its transaction ends.
const lockLease = `SELECT epoch FROM lease WHERE id = 1 FOR UPDATE`

const isDistributed = `SELECT EXISTS (SELECT FROM pg_dist_partition WHERE logicalrelid = $1::text::regclass)`

// distributions are in an order in which each finds what it is colocated with.
var distributions = [...]struct{ table, statement string }{
	{"public.funds", distributeFunds},
	{"public.outgoing_transfers", distributeOutgoing},
	{"public.incoming_transfers", distributeIncoming},
	{"public.deposits", distributeDeposits},
	{"public.depot", distributeDepot},
	{"public.depot_heads", distributeHeads},
	{"public.progress", distributeProgress},
	{"public.microbatches", distributeMicrobatches},
	{"public.lease", distributeLease},
	{"public.users", referenceUsers},
	{"public.tracks", referenceTracks},
	{"public.playlists", referencePlaylists},
	{"public.playlist_tracks", referencePlaylistTracks},
	{"public.activities", referenceActivities},
}

const (
	distributeFunds    = `SELECT create_distributed_table('public.funds', 'user_id', colocate_with => 'none')`
	distributeOutgoing = `SELECT create_distributed_table('public.outgoing_transfers', 'from_user_id', colocate_with => 'public.funds')`
	distributeIncoming = `SELECT create_distributed_table('public.incoming_transfers', 'to_user_id', colocate_with => 'public.funds')`
	distributeDeposits = `SELECT create_distributed_table('public.deposits', 'user_id', colocate_with => 'public.funds')`

	distributeDepot        = `SELECT create_distributed_table('public.depot', 'partition', colocate_with => 'none')`
	distributeHeads        = `SELECT create_distributed_table('public.depot_heads', 'partition', colocate_with => 'public.depot')`
	distributeProgress     = `SELECT create_distributed_table('public.progress', 'partition', colocate_with => 'public.depot')`
	distributeMicrobatches = `SELECT create_distributed_table('public.microbatches', 'partition', colocate_with => 'public.depot')`

	distributeLease = `SELECT create_distributed_table('public.lease', 'id', colocate_with => 'none')`

	referenceUsers          = `SELECT create_reference_table('public.users')`
	referenceTracks         = `SELECT create_reference_table('public.tracks')`
	referencePlaylists      = `SELECT create_reference_table('public.playlists')`
	referencePlaylistTracks = `SELECT create_reference_table('public.playlist_tracks')`
	referenceActivities     = `SELECT create_reference_table('public.activities')`
)

// distributeIfCluster distributes where the extension is.
func distributeIfCluster(ctx context.Context, conn *pgx.Conn) error {
	var cluster bool
	if err := conn.QueryRow(ctx, clusterPresent).Scan(&cluster); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if !cluster {
		return nil
	}
	return Distribute(ctx, conn)
}

// Distribute spreads the tables of a migrated database over the nodes of the Citus cluster that it is on, with the rows that are in them, all or none. It
// leaves alone what is distributed already. Up calls it where the extension is.
func Distribute(ctx context.Context, conn *pgx.Conn) error {
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockLease); err != nil {
			return err
		}
		for _, d := range distributions {
			var done bool
			if err := tx.QueryRow(ctx, isDistributed, d.table).Scan(&done); err != nil {
				return err
			}
			if done {
				continue
			}
			if _, err := tx.Exec(ctx, d.statement); err != nil {
				return fmt.Errorf("%s: %w", d.table, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("distribute: %w", err)
	}
	return nil
}
