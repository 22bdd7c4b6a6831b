-- Seals become checkpoints of a Merkle tree over the events (RFC 9162), signed as notes that anybody can check: what an event
-- was, and that one checkpoint goes on from another, is proved without the rest of the log.
-- depends: 0080-desks
-- run by: owner

-- `chain` of a seal of form 3 is the root of the tree. `frontier` are the roots of the whole subtrees it is made of, the widest
-- first, 32 bytes each: what the next events are added to.
ALTER TABLE log.seals ADD COLUMN frontier bytea NOT NULL DEFAULT '';

-- The roots of the whole subtrees of 256, 65536, ... events, counted from 0: what proofs are made of without reading the log.
CREATE TABLE log.subtrees (
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 7),
    number bigint NOT NULL CHECK (number >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    PRIMARY KEY (level, number)
);
CREATE TRIGGER subtrees_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON log.subtrees
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();

-- What is signed of a seal, as bytes; the same as `projections/log/checkpoints.py` makes.
CREATE OR REPLACE FUNCTION log.seal_message(s log.seals) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    WITH moment AS (
        SELECT to_char(s.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
            || CASE WHEN extract(microseconds FROM s.sealed_at)::bigint % 1000000 = 0 THEN ''
                ELSE to_char(s.sealed_at AT TIME ZONE 'UTC', '.US') END
            || '+00:00' AS text
    )
    SELECT CASE WHEN s.form < 3 THEN
        convert_to('carnet seal v' || s.form, 'UTF8') || int8send(s.position) || s.chain
        || convert_to(moment.text || CASE WHEN s.form > 1 THEN ' ' || s.statement ELSE '' END, 'UTF8')
    ELSE convert_to(
        concat_ws(
            E'\n', s.statement::json ->> 'origin', s.position, encode(s.chain, 'base64'), 'sealed-at ' || moment.text,
            'statement ' || encode(sha256(convert_to(s.statement, 'UTF8')), 'hex'), ''
        ),
        'UTF8'
    ) END
    FROM moment
$$;

DROP FUNCTION log.add_seal(bigint, bytea, bytea, timestamptz, text);

-- Adds a seal that says which one was the last, and that it is the next, with the subtrees that became whole under it.
-- Whether it is signed and its tree the events' nobody can tell here: the sealer and `carnet audit verify` find it.
CREATE FUNCTION log.add_seal(
    sealed_position bigint, sealed_root bytea, sealed_signature bytea, sealed timestamptz, signed text,
    sealed_frontier bytea, levels smallint[], numbers bigint[], roots bytea[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last log.seals;
    previous text := '';
BEGIN
    LOCK TABLE log.seals IN SHARE ROW EXCLUSIVE MODE;
    SELECT * INTO last FROM log.seals ORDER BY position DESC LIMIT 1;
    IF sealed_position <= last.position OR sealed_position > (SELECT max(position) FROM log.events) THEN
        RAISE EXCEPTION 'the seal at position % does not follow the last one', sealed_position;
    END IF;
    IF last.position IS NOT NULL THEN
        previous := encode(sha256(log.seal_message(last) || last.signature), 'hex');
    END IF;
    PERFORM log.require(
        octet_length(sealed_root) = 32 AND octet_length(sealed_signature) = 64 AND octet_length(signed) <= 1000000
        AND octet_length(sealed_frontier) <= 2048 AND sealed <= clock_timestamp() + interval '1 day',
        'a seal has a root of 32 bytes, a signature of 64, a statement, the subtrees it is made of and a time'
    );
    PERFORM log.require(
        signed::json ->> 'previous' = previous
        AND (signed::json ->> 'number')::bigint = (SELECT count(*) + 1 FROM log.seals),
        'a seal names the one before it'
    );
    PERFORM log.require(
        (SELECT coalesce(bool_and((number + 1) << (8 * level) <= sealed_position), true)
            FROM unnest(levels, numbers) AS whole (level, number)),
        'a subtree is whole once all of its events are sealed'
    );
    INSERT INTO log.subtrees (level, number, root) SELECT * FROM unnest(levels, numbers, roots)
    ON CONFLICT DO NOTHING;
    INSERT INTO log.seals (position, chain, signature, sealed_at, form, statement, frontier)
    VALUES (sealed_position, sealed_root, sealed_signature, sealed, 3, signed, sealed_frontier);
END;
$$;
REVOKE EXECUTE ON FUNCTION log.add_seal FROM PUBLIC;
