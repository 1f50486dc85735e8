package ledger

// The statements of the history's pages. Parameters: $1 users, $2 one more than the records of a page, $3 and $4 the range of
// record ids, $5 whether there is a cursor, $6 (and $7) the cursor, or what precedes every record.
//
// Each walks an index of one user's history from the cursor on. They start from funds, which lists every user that has a
// history, because a cluster can join two tables by user on the node that holds both, but not an array and
// a table with a limit for each. In the orders by position the range of ids is only to be tested, hence IS TRUE: taken
// for a condition of the index of ids, it would lead to sorting a whole history for one page.

var outgoingPages = [3]string{Newest: outgoingNewest, Oldest: outgoingOldest, ByID: outgoingByID}

var incomingPages = [3]string{Newest: incomingNewest, Oldest: incomingOldest, ByID: incomingByID}

const outgoingNewest = `SELECT f.user_id,
    $5 AND EXISTS (
        SELECT FROM outgoing_transfers p
        WHERE p.from_user_id = f.user_id AND p.position >= $6
          AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ) AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, NULL::bigint
    FROM outgoing_transfers h
    WHERE h.from_user_id = f.user_id AND h.position < $6
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.position DESC
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position DESC`

const outgoingOldest = `SELECT f.user_id,
    $5 AND EXISTS (
        SELECT FROM outgoing_transfers p
        WHERE p.from_user_id = f.user_id AND p.position <= $6
          AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ) AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, NULL::bigint
    FROM outgoing_transfers h
    WHERE h.from_user_id = f.user_id AND h.position > $6
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.position
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position`

const outgoingByID = `SELECT f.user_id,
    $5 AND EXISTS (
        SELECT FROM outgoing_transfers p
        WHERE p.from_user_id = f.user_id AND (p.record_id, p.from_user_id) <= ($6, $7)
          AND (p.record_id >= $3 AND p.record_id <= $4)
    ) AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, NULL::bigint
    FROM outgoing_transfers h
    WHERE h.from_user_id = f.user_id AND (h.record_id, h.from_user_id) > ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    ORDER BY h.record_id, h.from_user_id
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.record_id, t.from_user_id`

const incomingNewest = `SELECT f.user_id,
    $5 AND EXISTS (
        SELECT FROM incoming_transfers p
        WHERE p.to_user_id = f.user_id AND p.position >= $6
          AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ) AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, h.payee_balance_minor
    FROM incoming_transfers h
    WHERE h.to_user_id = f.user_id AND h.position < $6
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.position DESC
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position DESC`

const incomingOldest = `SELECT f.user_id,
    $5 AND EXISTS (
        SELECT FROM incoming_transfers p
        WHERE p.to_user_id = f.user_id AND p.position <= $6
          AND (p.record_id >= $3 AND p.record_id <= $4) IS TRUE
    ) AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, h.payee_balance_minor
    FROM incoming_transfers h
    WHERE h.to_user_id = f.user_id AND h.position > $6
      AND (h.record_id >= $3 AND h.record_id <= $4) IS TRUE
    ORDER BY h.position
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position`

const incomingByID = `SELECT f.user_id,
    $5 AND EXISTS (
        SELECT FROM incoming_transfers p
        WHERE p.to_user_id = f.user_id AND (p.record_id, p.from_user_id) <= ($6, $7)
          AND (p.record_id >= $3 AND p.record_id <= $4)
    ) AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.from_user_id, h.to_user_id, h.amount_minor, h.record_id, h.depot_offset, h.appended_at,
        h.status, h.payer_balance_minor, h.payee_balance_minor
    FROM incoming_transfers h
    WHERE h.to_user_id = f.user_id AND (h.record_id, h.from_user_id) > ($6, $7)
      AND (h.record_id >= $3 AND h.record_id <= $4)
    ORDER BY h.record_id, h.from_user_id
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.record_id, t.from_user_id`

// depositsNewest has no range of ids: $3 tells whether there is a cursor, $4 is the cursor.
const depositsNewest = `SELECT f.user_id,
    $3 AND EXISTS (SELECT FROM deposits p WHERE p.user_id = f.user_id AND p.position >= $4) AS has_previous,
    t.*
FROM funds f
LEFT JOIN LATERAL (
    SELECT h.position, h.amount_minor, h.record_id, h.depot_offset, h.appended_at, h.status, h.balance_minor
    FROM deposits h
    WHERE h.user_id = f.user_id AND h.position < $4
    ORDER BY h.position DESC
    LIMIT $2
) t ON true
WHERE f.user_id = ANY($1)
ORDER BY f.user_id, t.position DESC`

const countOutgoing = `SELECT from_user_id, count(*) FROM outgoing_transfers
WHERE from_user_id = ANY($1) AND record_id >= $2 AND record_id <= $3
GROUP BY from_user_id`

const countIncoming = `SELECT to_user_id, count(*) FROM incoming_transfers
WHERE to_user_id = ANY($1) AND record_id >= $2 AND record_id <= $3
GROUP BY to_user_id`
