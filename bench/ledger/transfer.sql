\set n :n + 1
\set id (:run * 1000 + :client_id) * 1000000000 + :n
\set payer random(:payer_first, :payer_last)
\set payee random(:payee_first, :payee_last)
\if :payee = :payer
\set payee 1 + :payer % :accounts
\endif
\set amount random(1, :amount_last)
\set paid 0
BEGIN;
-- Rows are locked in the order of their ids, so that no two transfers wait for each other in a circle.
\if :payer < :payee
UPDATE accounts SET balance = balance - :amount WHERE id = :payer AND balance >= :amount RETURNING 1 AS paid \aset
UPDATE accounts SET balance = balance + :amount WHERE id = :payee;
\else
UPDATE accounts SET balance = balance + :amount WHERE id = :payee;
UPDATE accounts SET balance = balance - :amount WHERE id = :payer AND balance >= :amount RETURNING 1 AS paid \aset
\endif
\if :paid
INSERT INTO transfers (id, payer, payee, amount) VALUES (:id, :payer, :payee, :amount);
COMMIT;
\else
ROLLBACK;
\endif
