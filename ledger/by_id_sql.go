package ledger

// The statements that find transfers by their ids. A user's first by position, shortHistory of them, are read, and picked from. Those after them are listed by
// id in an index, segment by segment, so a page of them is put together from what each segment has first: keys, of which those of the page are then read.
// So each statement has two halves, and a user may have rows of both. Who has a short history has all in the first, whatever it is marked as. Both end with
// the newest segment that is known, or one could show what was decided after what the other shows.
//
// Parameters of the pages: $1 to $4 as in history_sql.go, $5 is 1 where there is a cursor, which $6 and $7 are, and else 0; $8 are all segments, and $9 is
// shortHistory.

const outgoingByID = `SELECT f.user_id, listed.found IS TRUE OR walked.found IS TRUE AS has_previous, t.position, t.from_user_id, t.to_user_id, t.amount_minor,
    t.record_id, t.depot_offset, t.appended_at, t.status, t.payer_balance_minor, t.payee_balance_minor
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM unnest($8::integer[]) AS s (segment)
    CROSS JOIN LATERAL (
        SELECT true
        FROM outgoing_transfers h
        WHERE h.by_id AND h.segment = s.segment AND h.from_user_id = f.user_id
          AND (h.record_id, h.from_user_id) <= ($6, $7)
          AND (h.record_id >= $3 AND h.record_id <= $4)
        LIMIT 1
    ) h
    WHERE f.transfers >= $9
    LIMIT $5
) listed ON true
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM (
        SELECT h.record_id, h.from_user_id
        FROM outgoing_transfers h
        WHERE h.segment = ANY($8) AND h.from_user_id = f.user_id
        ORDER BY h.segment, h.position
        LIMIT $9
    ) h
    WHERE (h.record_id, h.from_user_id) <= ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    LIMIT $5
) walked ON true
LEFT JOIN LATERAL (
    (
        SELECT h.from_user_id AS user_id, h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
            h.status, h.payer_balance_minor, NULL::bigint AS payee_balance_minor
        FROM (
            SELECT s.segment, h.record_id, h.from_user_id
            FROM unnest($8::integer[]) AS s (segment)
            CROSS JOIN LATERAL (
                SELECT h.record_id, h.from_user_id
                FROM outgoing_transfers h
                WHERE h.by_id AND h.segment = s.segment AND h.from_user_id = f.user_id
                  AND (h.record_id, h.from_user_id) > ($6, $7)
                  AND (h.record_id >= $3 AND h.record_id <= $4)
                ORDER BY h.record_id, h.from_user_id
                LIMIT $2
            ) h
            WHERE f.transfers >= $9
            ORDER BY h.record_id, h.from_user_id
            LIMIT $2
        ) k
        JOIN outgoing_transfers h ON h.by_id AND h.segment = k.segment AND h.from_user_id = f.user_id AND h.record_id = k.record_id
    )
    UNION ALL
    (
        SELECT h.from_user_id, h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
            h.status, h.payer_balance_minor, NULL::bigint
        FROM (
            SELECT h.*
            FROM outgoing_transfers h
            WHERE h.segment = ANY($8) AND h.from_user_id = f.user_id
            ORDER BY h.segment, h.position
            LIMIT $9
        ) h
        WHERE (NOT h.by_id OR f.transfers < $9)
          AND (h.record_id, h.from_user_id) > ($6, $7)
          AND (h.record_id >= $3 AND h.record_id <= $4)
        ORDER BY h.record_id, h.from_user_id
        LIMIT $2
    )
) t ON true
WHERE f.user_id = ANY($1)`

const incomingByID = `SELECT f.user_id, listed.found IS TRUE OR walked.found IS TRUE AS has_previous, t.position, t.from_user_id, t.to_user_id, t.amount_minor,
    t.record_id, t.depot_offset, t.appended_at, t.status, t.payer_balance_minor, t.payee_balance_minor
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM unnest($8::integer[]) AS s (segment)
    CROSS JOIN LATERAL (
        SELECT true
        FROM incoming_transfers h
        WHERE h.by_id AND h.segment = s.segment AND h.to_user_id = f.user_id
          AND (h.record_id, h.from_user_id) <= ($6, $7)
          AND (h.record_id >= $3 AND h.record_id <= $4)
        LIMIT 1
    ) h
    WHERE f.transfers >= $9
    LIMIT $5
) listed ON true
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM (
        SELECT h.record_id, h.from_user_id
        FROM incoming_transfers h
        WHERE h.segment = ANY($8) AND h.to_user_id = f.user_id
        ORDER BY h.segment, h.position
        LIMIT $9
    ) h
    WHERE (h.record_id, h.from_user_id) <= ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    LIMIT $5
) walked ON true
LEFT JOIN LATERAL (
    (
        SELECT h.to_user_id AS user_id, h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
            h.status, h.payer_balance_minor, h.payee_balance_minor
        FROM (
            SELECT s.segment, h.record_id, h.from_user_id
            FROM unnest($8::integer[]) AS s (segment)
            CROSS JOIN LATERAL (
                SELECT h.record_id, h.from_user_id
                FROM incoming_transfers h
                WHERE h.by_id AND h.segment = s.segment AND h.to_user_id = f.user_id
                  AND (h.record_id, h.from_user_id) > ($6, $7)
                  AND (h.record_id >= $3 AND h.record_id <= $4)
                ORDER BY h.record_id, h.from_user_id
                LIMIT $2
            ) h
            WHERE f.transfers >= $9
            ORDER BY h.record_id, h.from_user_id
            LIMIT $2
        ) k
        JOIN incoming_transfers h ON h.by_id AND h.segment = k.segment AND h.to_user_id = f.user_id AND h.record_id = k.record_id
            AND h.from_user_id = k.from_user_id
    )
    UNION ALL
    (
        SELECT h.to_user_id, h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
            h.status, h.payer_balance_minor, h.payee_balance_minor
        FROM (
            SELECT h.*
            FROM incoming_transfers h
            WHERE h.segment = ANY($8) AND h.to_user_id = f.user_id
            ORDER BY h.segment, h.position
            LIMIT $9
        ) h
        WHERE (NOT h.by_id OR f.transfers < $9)
          AND (h.record_id, h.from_user_id) > ($6, $7)
          AND (h.record_id >= $3 AND h.record_id <= $4)
        ORDER BY h.record_id, h.from_user_id
        LIMIT $2
    )
) t ON true
WHERE f.user_id = ANY($1)`

// The counts of a range of ids. $4 are all segments, and $5 is shortHistory.

const countOutgoingRange = `SELECT f.user_id, listed.records + walked.records
FROM funds f
CROSS JOIN LATERAL (
    SELECT count(*) AS records
    FROM outgoing_transfers h
    WHERE h.by_id AND h.segment = ANY($4) AND h.from_user_id = f.user_id AND h.record_id >= $2 AND h.record_id <= $3
      AND f.transfers >= $5
) listed
CROSS JOIN LATERAL (
    SELECT count(*) AS records
    FROM (
        SELECT h.record_id, h.by_id
        FROM outgoing_transfers h
        WHERE h.segment = ANY($4) AND h.from_user_id = f.user_id
        ORDER BY h.segment, h.position
        LIMIT $5
    ) h
    WHERE (NOT h.by_id OR f.transfers < $5) AND h.record_id >= $2 AND h.record_id <= $3
) walked
WHERE f.user_id = ANY($1)`

const countIncomingRange = `SELECT f.user_id, listed.records + walked.records
FROM funds f
CROSS JOIN LATERAL (
    SELECT count(*) AS records
    FROM incoming_transfers h
    WHERE h.by_id AND h.segment = ANY($4) AND h.to_user_id = f.user_id AND h.record_id >= $2 AND h.record_id <= $3
      AND f.transfers >= $5
) listed
CROSS JOIN LATERAL (
    SELECT count(*) AS records
    FROM (
        SELECT h.record_id, h.by_id
        FROM incoming_transfers h
        WHERE h.segment = ANY($4) AND h.to_user_id = f.user_id
        ORDER BY h.segment, h.position
        LIMIT $5
    ) h
    WHERE (NOT h.by_id OR f.transfers < $5) AND h.record_id >= $2 AND h.record_id <= $3
) walked
WHERE f.user_id = ANY($1)`

// The counts without a range go through the index of positions in every segment, $2.

const countOutgoing = `SELECT f.user_id, h.records
FROM funds f
CROSS JOIN LATERAL (
    SELECT count(*) AS records
    FROM outgoing_transfers h
    WHERE h.segment = ANY($2) AND h.from_user_id = f.user_id
) h
WHERE f.user_id = ANY($1)`

const countIncoming = `SELECT f.user_id, h.records
FROM funds f
CROSS JOIN LATERAL (
    SELECT count(*) AS records
    FROM incoming_transfers h
    WHERE h.segment = ANY($2) AND h.to_user_id = f.user_id
) h
WHERE f.user_id = ANY($1)`
