package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// How much there is. Ids begin at 1.
const (
	userCount     = 1_000
	trackCount    = 10_000
	playlistCount = 500
	activityCount = 40_000

	playlistLength = 30
	// Playlists belong to the first users, so many each that a page of them is full.
	playlistCreators = 25
)

// The same rows every time. Factors are primes, so that neighbours lie apart.
var fillSQL = []struct {
	sql  string
	args []any
}{
	{`CREATE EXTENSION IF NOT EXISTS pg_stat_statements`, nil},
	{`
INSERT INTO users (id, name)
SELECT n, (ARRAY['Ada', 'Zoë', 'Lee "Scratch"', 'Nina', 'Björk', 'Charlie', '坂本'])[1 + n % 7]
       || (ARRAY[' Simone', ' & Sons', ' Coltrane', ' O''Neil', ' Washington'])[1 + n / 7 % 5] || ' ' || n
FROM generate_series(1, $1::bigint) n`, []any{userCount}},
	// Some tracks have creators that do not exist.
	{`
INSERT INTO tracks (id, creator_id, price_minor, duration_ms, title, genre)
SELECT n, CASE WHEN n % 499 = 0 THEN 1000000 + n ELSE 1 + n * 7919 % $2::bigint END, 99 + n % 30 * 10, 90000 + n * 104729 % 510000,
       (ARRAY['Midnight', 'Golden', 'Électrique', 'Silent', 'Endless', 'Broken'])[1 + n % 6]
       || (ARRAY[' River', ' Machine', ' Summer', ' Telephone', ' Heart'])[1 + n / 6 % 5] || ' No. ' || n,
       (ARRAY['Jazz', 'House', 'Folk', NULL])[1 + n % 4]
FROM generate_series(1, $1::bigint) n`, []any{trackCount, userCount}},
	{`
INSERT INTO playlists (id, creator_id, title)
SELECT n, 1 + n % $2::bigint, 'Songs for day ' || n
FROM generate_series(1, $1::bigint) n`, []any{playlistCount, playlistCreators}},
	{`
INSERT INTO playlist_tracks (playlist_id, position, track_id)
SELECT n, i, 1 + (n * 613 + i * 7919) % $3::bigint
FROM generate_series(1, $1::bigint) n, generate_series(1, $2::bigint) i`, []any{playlistCount, playlistLength, trackCount}},
	{`
INSERT INTO activities (id, occurred_at, actor_id, kind, track_id, playlist_id, followee_id, body)
SELECT n, timestamptz '2025-01-01 00:00:00Z' + n * 104729 % 31536000 * interval '1 second', 1 + n * 7919 % $2::bigint, kind,
       CASE WHEN kind IN ('TRACK_POST', 'TRACK_REPOST', 'COMMENT') THEN 1 + (n * 613 + n / 1000 * 37) % $3::bigint END,
       CASE WHEN kind IN ('PLAYLIST_POST', 'PLAYLIST_REPOST') THEN 1 + (n * 613 + n / 1000 * 37) % $4::bigint END,
       CASE WHEN kind = 'USER_FOLLOW' THEN 1 + (n * 613 + n / 1000 * 37) % $2::bigint END,
       CASE WHEN kind = 'COMMENT' THEN 'I have played this ' || n || ' times.' END
FROM generate_series(1, $1::bigint) n,
     LATERAL (SELECT (ARRAY['TRACK_POST', 'USER_FOLLOW', 'TRACK_REPOST', 'PLAYLIST_POST', 'COMMENT', 'PLAYLIST_REPOST'])
                     [1 + (n + n / 1000) % 6] AS kind) k`, []any{activityCount, userCount, trackCount, playlistCount}},
	{`VACUUM ANALYZE`, nil},
}

// fill puts the rows into an empty migrated database.
func fill(ctx context.Context, pool *pgxpool.Pool) error {
	for _, statement := range fillSQL {
		if _, err := pool.Exec(ctx, statement.sql, statement.args...); err != nil {
			return fmt.Errorf("fill the database: %w", err)
		}
	}
	return nil
}
