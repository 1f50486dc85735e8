package ledger

// The statements that find transfers by their ids. Those of a user that are listed by id are in an index. The others are among the first of the
// user by position, shortHistory of them: these are read, and picked from. So each statement has two halves, and a user may have rows of
// both. Both end with the newest segment that is known, or one could show what was decided after what the other shows. That is only to be tested of what is
// listed, hence IS TRUE: the index of positions would find it by segment, and sort all of it.
//
// Parameters of the pages: those of history_sql.go, with $6 and $7 for the cursor; $8 are all segments, and $9 is shortHistory.

const outgoingByID = `SELECT f.user_id, p.found IS TRUE AS has_previous, t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM outgoing_transfers p
    WHERE $5 AND p.by_id AND (p.segment = ANY($8)) IS TRUE AND p.from_user_id = f.user_id
      AND (p.record_id, p.from_user_id) <= ($6, $7)
      AND (p.record_id >= $3 AND p.record_id <= $4)
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, NULL::bigint
    FROM outgoing_transfers h
    WHERE h.by_id AND (h.segment = ANY($8)) IS TRUE AND h.from_user_id = f.user_id
      AND (h.record_id, h.from_user_id) > ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    ORDER BY h.record_id, h.from_user_id
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
UNION ALL
SELECT f.user_id, p.found IS TRUE, t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM (
        SELECT p.record_id, p.from_user_id
        FROM outgoing_transfers p
        WHERE $5 AND p.segment = ANY($8) AND p.from_user_id = f.user_id
        ORDER BY p.segment, p.position
        LIMIT $9
    ) p
    WHERE (p.record_id, p.from_user_id) <= ($6, $7)
      AND (p.record_id >= $3 AND p.record_id <= $4)
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, NULL::bigint
    FROM (
        SELECT h.*
        FROM outgoing_transfers h
        WHERE h.segment = ANY($8) AND h.from_user_id = f.user_id
        ORDER BY h.segment, h.position
        LIMIT $9
    ) h
    WHERE NOT h.by_id
      AND (h.record_id, h.from_user_id) > ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    ORDER BY h.record_id, h.from_user_id
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)`

const incomingByID = `SELECT f.user_id, p.found IS TRUE AS has_previous, t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM incoming_transfers p
    WHERE $5 AND p.by_id AND (p.segment = ANY($8)) IS TRUE AND p.to_user_id = f.user_id
      AND (p.record_id, p.from_user_id) <= ($6, $7)
      AND (p.record_id >= $3 AND p.record_id <= $4)
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, h.payee_balance_minor
    FROM incoming_transfers h
    WHERE h.by_id AND (h.segment = ANY($8)) IS TRUE AND h.to_user_id = f.user_id
      AND (h.record_id, h.from_user_id) > ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    ORDER BY h.record_id, h.from_user_id
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
UNION ALL
SELECT f.user_id, p.found IS TRUE, t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM (
        SELECT p.record_id, p.from_user_id
        FROM incoming_transfers p
        WHERE $5 AND p.segment = ANY($8) AND p.to_user_id = f.user_id
        ORDER BY p.segment, p.position
        LIMIT $9
    ) p
    WHERE (p.record_id, p.from_user_id) <= ($6, $7)
      AND (p.record_id >= $3 AND p.record_id <= $4)
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, h.payee_balance_minor
    FROM (
        SELECT h.*
        FROM incoming_transfers h
        WHERE h.segment = ANY($8) AND h.to_user_id = f.user_id
        ORDER BY h.segment, h.position
        LIMIT $9
    ) h
    WHERE NOT h.by_id
      AND (h.record_id, h.from_user_id) > ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    ORDER BY h.record_id, h.from_user_id
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)`

// The counts of a range of ids. $4 are all segments, and $5 is shortHistory.

const countOutgoingRange = `SELECT f.user_id, count(*)
FROM funds f
CROSS JOIN LATERAL (
    SELECT h.record_id, h.by_id
    FROM outgoing_transfers h
    WHERE h.segment = ANY($4) AND h.from_user_id = f.user_id
    ORDER BY h.segment, h.position
    LIMIT $5
) h
WHERE f.user_id = ANY($1) AND NOT h.by_id AND h.record_id >= $2 AND h.record_id <= $3
GROUP BY f.user_id
UNION ALL
SELECT from_user_id, count(*) FROM outgoing_transfers
WHERE by_id AND (segment = ANY($4)) IS TRUE AND from_user_id = ANY($1) AND record_id >= $2 AND record_id <= $3
GROUP BY from_user_id`

const countIncomingRange = `SELECT f.user_id, count(*)
FROM funds f
CROSS JOIN LATERAL (
    SELECT h.record_id, h.by_id
    FROM incoming_transfers h
    WHERE h.segment = ANY($4) AND h.to_user_id = f.user_id
    ORDER BY h.segment, h.position
    LIMIT $5
) h
WHERE f.user_id = ANY($1) AND NOT h.by_id AND h.record_id >= $2 AND h.record_id <= $3
GROUP BY f.user_id
UNION ALL
SELECT to_user_id, count(*) FROM incoming_transfers
WHERE by_id AND (segment = ANY($4)) IS TRUE AND to_user_id = ANY($1) AND record_id >= $2 AND record_id <= $3
GROUP BY to_user_id`

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
