-- What a token hangs on: the operator by whom, or by whose token, it was made (none: made on this machine), and the token
-- by which it was made. It may do no more than its operator may now, and is revoked with the token that made it.
-- depends: 0037-past-ahead
ALTER TABLE access.tokens
    ADD COLUMN account uuid,
    ADD COLUMN parent uuid,
    ADD COLUMN last_used_at timestamptz;
CREATE INDEX tokens_by_parent ON access.tokens (parent);

UPDATE access.tokens t SET account = o.operator_id
FROM access.operators o WHERE t.issued_by = 'operator:' || o.username;
UPDATE access.tokens t SET parent = p.token_id
FROM access.tokens p WHERE t.issued_by = 'token:' || p.name AND p.issued_at <= t.issued_at;
WITH RECURSIVE made AS (
    SELECT token_id, account FROM access.tokens WHERE account IS NOT NULL
    UNION
    SELECT t.token_id, made.account FROM access.tokens t JOIN made ON t.parent = made.token_id
)
UPDATE access.tokens t SET account = made.account FROM made WHERE made.token_id = t.token_id AND t.account IS NULL;

-- Scopes of tokens made before there was a permission for personal data had it with what they read.
UPDATE access.tokens SET scopes = scopes || '{personal:read}' WHERE cardinality(scopes) > 0;
