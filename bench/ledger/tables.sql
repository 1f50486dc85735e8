-- What a ledger of a transaction each needs at the least. Pages keep room, as clumpql's do, so that an update of a balance stays in its page.
CREATE TABLE accounts (
    id      bigint NOT NULL PRIMARY KEY,
    balance bigint NOT NULL CHECK (balance >= 0)
) WITH (fillfactor = 70);

CREATE TABLE transfers (
    id     bigint NOT NULL PRIMARY KEY, -- chosen by the client, so that a transfer that is sent twice happens once
    payer  bigint NOT NULL,
    payee  bigint NOT NULL,
    amount bigint NOT NULL
);
