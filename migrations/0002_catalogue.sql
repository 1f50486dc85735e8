-- The catalogue: users, tracks, playlists and what happened to them, as `clumpql import` brings it.
--
-- It is fed from several systems that know nothing of each other's deletions and deliver in any order. So there is no
-- foreign key: a track's creator, a playlist's track or an activity's actor may be missing. Reads join inner, and
-- a missing row shows as null or is left out.
--
-- On a Citus cluster these are reference tables (a copy on every node): small beside the ledger, read on every request,
-- joined with each other. Hence no sequences and no triggers; ids come from the systems that feed us.
--
-- Columns: fixed-width first, widest first, so that rows hold no padding; then text.

CREATE TABLE users (
    id   bigint NOT NULL,
    name text   NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_id_not_negative CHECK (id >= 0),
    CONSTRAINT users_name_length CHECK (octet_length(name) BETWEEN 1 AND 1000)
);

CREATE TABLE tracks (
    id          bigint  NOT NULL,
    creator_id  bigint  NOT NULL, -- users.id, which need not exist
    price_minor bigint  NOT NULL,
    duration_ms integer NOT NULL,
    title       text    NOT NULL,
    genre       text,             -- null: not known; never the empty string
    CONSTRAINT tracks_pkey PRIMARY KEY (id),
    CONSTRAINT tracks_id_not_negative CHECK (id >= 0),
    CONSTRAINT tracks_creator_id_not_negative CHECK (creator_id >= 0),
    CONSTRAINT tracks_price_minor_not_negative CHECK (price_minor >= 0),
    CONSTRAINT tracks_duration_ms_not_negative CHECK (duration_ms >= 0),
    CONSTRAINT tracks_title_length CHECK (octet_length(title) BETWEEN 1 AND 1000),
    CONSTRAINT tracks_genre_length CHECK (octet_length(genre) BETWEEN 1 AND 200) -- it must fit into an index entry
);

-- Pages and counts of a creator's tracks, of a genre's, and of one creator's in one genre. All end in the id: the order
-- of the page, so that a page reads its own rows and no others.
CREATE INDEX tracks_creator_id_id ON tracks (creator_id, id);
CREATE INDEX tracks_genre_id ON tracks (genre, id);
CREATE INDEX tracks_creator_id_genre_id ON tracks (creator_id, genre, id);

CREATE TABLE playlists (
    id         bigint NOT NULL,
    creator_id bigint NOT NULL, -- users.id, which need not exist
    title      text   NOT NULL,
    CONSTRAINT playlists_pkey PRIMARY KEY (id),
    CONSTRAINT playlists_id_not_negative CHECK (id >= 0),
    CONSTRAINT playlists_creator_id_not_negative CHECK (creator_id >= 0),
    CONSTRAINT playlists_title_length CHECK (octet_length(title) BETWEEN 1 AND 1000)
);

-- Pages and counts of a creator's playlists.
CREATE INDEX playlists_creator_id_id ON playlists (creator_id, id);

-- The primary key serves the pages of a playlist's tracks. Positions may have gaps, and a track may occur twice.
CREATE TABLE playlist_tracks (
    playlist_id bigint NOT NULL,
    position    bigint NOT NULL,
    track_id    bigint NOT NULL, -- tracks.id, which need not exist
    CONSTRAINT playlist_tracks_pkey PRIMARY KEY (playlist_id, position),
    CONSTRAINT playlist_tracks_playlist_id_not_negative CHECK (playlist_id >= 0),
    CONSTRAINT playlist_tracks_position_not_negative CHECK (position >= 0),
    CONSTRAINT playlist_tracks_track_id_not_negative CHECK (track_id >= 0)
);

-- What the timeline is made of. The kind says which of the columns after it are filled; the others are null.
CREATE TABLE activities (
    id          bigint      NOT NULL,
    occurred_at timestamptz NOT NULL,
    actor_id    bigint      NOT NULL, -- users.id, which need not exist; so the three below
    track_id    bigint,
    playlist_id bigint,
    followee_id bigint,
    kind        text        NOT NULL,
    body        text,
    CONSTRAINT activities_pkey PRIMARY KEY (id),
    CONSTRAINT activities_id_not_negative CHECK (id >= 0),
    CONSTRAINT activities_actor_id_not_negative CHECK (actor_id >= 0),
    CONSTRAINT activities_track_id_not_negative CHECK (track_id >= 0),
    CONSTRAINT activities_playlist_id_not_negative CHECK (playlist_id >= 0),
    CONSTRAINT activities_followee_id_not_negative CHECK (followee_id >= 0),
    CONSTRAINT activities_kind_known CHECK (kind IN
        ('TRACK_POST', 'TRACK_REPOST', 'PLAYLIST_POST', 'PLAYLIST_REPOST', 'COMMENT', 'USER_FOLLOW')),
    CONSTRAINT activities_track_id_by_kind CHECK
        ((track_id IS NOT NULL) = (kind IN ('TRACK_POST', 'TRACK_REPOST', 'COMMENT'))),
    CONSTRAINT activities_playlist_id_by_kind CHECK
        ((playlist_id IS NOT NULL) = (kind IN ('PLAYLIST_POST', 'PLAYLIST_REPOST'))),
    CONSTRAINT activities_followee_id_by_kind CHECK ((followee_id IS NOT NULL) = (kind = 'USER_FOLLOW')),
    CONSTRAINT activities_body_by_kind CHECK ((body IS NOT NULL) = (kind = 'COMMENT')),
    CONSTRAINT activities_body_length CHECK (octet_length(body) BETWEEN 1 AND 10000)
);

-- The activities of an actor, newest first: the order of a timeline.
CREATE INDEX activities_actor_id_newest ON activities (actor_id, occurred_at DESC, id DESC);
-- Whom a user follows.
CREATE INDEX activities_follows ON activities (actor_id, followee_id) WHERE kind = 'USER_FOLLOW';
