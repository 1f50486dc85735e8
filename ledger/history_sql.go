package ledger

// The statements of the history's pages by position. Parameters: $1 users, $2 one more than the records of a page, $3 and $4 the range of
// record ids, $5 the cursor, or what precedes every record, $6 the segments that may hold the page and $7 those that may hold what precedes it: none
// where there is no cursor.
//
// Each walks the index of positions of one user's history from the cursor on, through one segment after the other, for it is
// ordered by segment first. They start from funds, which lists every user that has a
// history, because a cluster can join two tables by user on the node that holds both, but not an array and
// a table with a limit for each. The range of ids is
// only to be tested, hence IS TRUE: taken for a condition of the index of ids, it would lead to sorting a whole history for one page.

var outgoingPages = [3]string{Newest: outgoingNewest, Oldest: outgoingOldest, ByID: outgoingByID}

var incomingPages = [3]string{Newest: incomingNewest, Oldest: incomingOldest, ByID: incomingByID}

const outgoingNewest = `SELECT f.user_id,
    p.found IS TRUE AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM outgoing_transfers p
    WHERE p.segment = ANY($7) AND p.from_user_id = f.user_id AND p.position >= $5
      AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ORDER BY p.segment, p.position
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, NULL::bigint
    FROM outgoing_transfers h
    WHERE h.segment = ANY($6) AND h.from_user_id = f.user_id AND h.position < $5
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.segment DESC, h.position DESC
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position DESC`

const outgoingOldest = `SELECT f.user_id,
    p.found IS TRUE AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM outgoing_transfers p
    WHERE p.segment = ANY($7) AND p.from_user_id = f.user_id AND p.position <= $5
      AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ORDER BY p.segment DESC, p.position DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, NULL::bigint
    FROM outgoing_transfers h
    WHERE h.segment = ANY($6) AND h.from_user_id = f.user_id AND h.position > $5
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.segment, h.position
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position`

const incomingNewest = `SELECT f.user_id,
    p.found IS TRUE AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM incoming_transfers p
    WHERE p.segment = ANY($7) AND p.to_user_id = f.user_id AND p.position >= $5
      AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ORDER BY p.segment, p.position
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, h.payee_balance_minor
    FROM incoming_transfers h
    WHERE h.segment = ANY($6) AND h.to_user_id = f.user_id AND h.position < $5
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.segment DESC, h.position DESC
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position DESC`

const incomingOldest = `SELECT f.user_id,
    p.found IS TRUE AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM incoming_transfers p
    WHERE p.segment = ANY($7) AND p.to_user_id = f.user_id AND p.position <= $5
      AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ORDER BY p.segment DESC, p.position DESC
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, h.payee_balance_minor
    FROM incoming_transfers h
    WHERE h.segment = ANY($6) AND h.to_user_id = f.user_id AND h.position > $5
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.segment, h.position
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position`

// depositsNewest has no range of ids: $3 is the cursor, $4 and $5 are the segments of the page and of what precedes it.
const depositsNewest = `SELECT f.user_id,
    p.found IS TRUE AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT true AS found
    FROM deposits p
    WHERE p.segment = ANY($5) AND p.user_id = f.user_id AND p.position >= $3
    ORDER BY p.segment, p.position
    LIMIT 1
) p ON true
LEFT JOIN LATERAL (
    SELECT h.position, h.amount_minor, h.record_id, h.depot_offset, h.appended_at, h.status, h.balance_minor
    FROM deposits h
    WHERE h.segment = ANY($4) AND h.user_id = f.user_id AND h.position < $3
    ORDER BY h.segment DESC, h.position DESC
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position DESC`
