-- A save claims with its append: the request's key and a new e-mail address are looked up while it is decided, and claimed
-- together with the events, so that no transaction stays open in between.
-- depends: 0001-log

DROP PROCEDURE log.append_alone(json, bigint);
DROP FUNCTION log.append(json, text, text, uuid, bytea);
DROP FUNCTION log.claim(text, text, bytea, bytea, uuid, bytea, text);
DROP FUNCTION log.claim_request(text, text, bytea);

ALTER TABLE log.requests ALTER answer SET NOT NULL;

-- Appends events at the end of the log; returns the last position. With them it keeps the request's answer and makes the
-- e-mail address that was new to the directory its customer's: whoever was quicker with either is a unique violation, and
-- the save is decided anew. Writers queue on the lock and positions have no gaps, so a reader that goes by position misses
-- nothing. An advisory lock, since a table lock would wait for every ANALYZE. The lock is not held while the disk is
-- written: the commit itself does not wait for it, and the caller does afterwards, before it tells anybody, by a
-- statement that commits durably after this one.
CREATE FUNCTION log.append(
    fresh json,
    request_actor text, request_key text, request_fingerprint bytea, request_subject uuid, request_answer bytea,
    new_hash bytea, new_customer uuid, new_wrapped bytea
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last_position bigint;
    appended bigint;
BEGIN
    IF request_key IS NOT NULL THEN
        INSERT INTO log.requests (actor, key, fingerprint, subject, answer)
        VALUES (request_actor, request_key, request_fingerprint, request_subject, request_answer);
    END IF;
    IF new_hash IS NOT NULL THEN
        INSERT INTO log.directory (email_hash, customer) VALUES (new_hash, new_customer);
        INSERT INTO log.subject_keys (subject, wrapped) VALUES (new_customer, new_wrapped);
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(7106407, 1);
    SELECT coalesce(max(position), 0) INTO last_position FROM log.events;
    INSERT INTO log.events (
        position, originator_id, originator_version, topic, version, subject, recorded_at, state
    )
    SELECT last_position + number, originator_id, originator_version, topic, version, subject, recorded_at, state
    FROM ROWS FROM (json_to_recordset(fresh) AS (
        originator_id uuid, originator_version integer, topic text, version smallint, subject uuid,
        recorded_at timestamptz, state json
    )) WITH ORDINALITY AS new (
        originator_id, originator_version, topic, version, subject, recorded_at, state, number
    );
    GET DIAGNOSTICS appended = ROW_COUNT;
    RETURN last_position + appended;
END;
$$;

-- The same as a whole save of its own, in one call: appended and committed under the lock, then waited for on disk.
CREATE PROCEDURE log.append_alone(
    fresh json,
    request_actor text, request_key text, request_fingerprint bytea, request_subject uuid, request_answer bytea,
    new_hash bytea, new_customer uuid, new_wrapped bytea, INOUT last_position bigint
) LANGUAGE plpgsql AS $$
BEGIN
    last_position := log.append(
        fresh, request_actor, request_key, request_fingerprint, request_subject, request_answer,
        new_hash, new_customer, new_wrapped
    );
    COMMIT;
    PERFORM pg_logical_emit_message(true, 'carnet', '');
END;
$$;

-- What one save starts from, in one call; what is null is not asked for. `known`: the request ran before, and `answer` is
-- what it answered then. Nothing is claimed yet but the number: `log.append` does, together with the events.
CREATE FUNCTION log.opening(
    request_actor text, request_key text, asked_hash bytea, series text,
    OUT known boolean, OUT fingerprint bytea, OUT subject uuid, OUT answer bytea, OUT wrapped bytea,
    OUT customer uuid, OUT customer_wrapped bytea, OUT number bigint
) LANGUAGE plpgsql AS $$
BEGIN
    IF request_key IS NOT NULL THEN
        SELECT r.fingerprint, r.subject, r.answer, k.wrapped
        INTO opening.fingerprint, opening.subject, opening.answer, opening.wrapped
        FROM log.requests r LEFT JOIN log.subject_keys k ON k.subject = r.subject
        WHERE r.actor = request_actor AND r.key = request_key;
        IF FOUND THEN
            known := true;
            RETURN;
        END IF;
    END IF;
    known := false;
    IF asked_hash IS NOT NULL THEN
        SELECT d.customer, k.wrapped INTO opening.customer, opening.customer_wrapped
        FROM log.directory d LEFT JOIN log.subject_keys k ON k.subject = d.customer
        WHERE d.email_hash = asked_hash;
    END IF;
    IF series IS NOT NULL THEN
        SELECT next_numbers INTO number FROM log.next_numbers(series, 1);
    END IF;
END;
$$;
