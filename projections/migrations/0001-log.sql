-- The event log: what happened, in order; whose keys make its personal fields readable; which requests were answered.
-- depends: 0000-ground

CREATE TABLE log.events (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    originator_version integer NOT NULL,
    topic text NOT NULL,
    version smallint NOT NULL,
    subject uuid,
    recorded_at timestamptz NOT NULL,
    state json NOT NULL,
    CONSTRAINT events_stream UNIQUE (originator_id, originator_version)
);

CREATE FUNCTION log.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the event log only grows: % refused', TG_OP;
END;
$$;

CREATE TRIGGER events_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();

-- One key per data subject. A row without its key is what remains of an erased person.
CREATE TABLE log.subject_keys (
    subject uuid PRIMARY KEY,
    holder uuid,
    wrapped bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at timestamptz
);

-- The events with what it takes to read them: their JSON as it was stored, and their subject's key.
CREATE VIEW log.readable AS
SELECT
    e.position, e.originator_id, e.originator_version, e.topic, e.version, e.subject, e.recorded_at,
    e.state::text AS state, (SELECT k.wrapped FROM log.subject_keys k WHERE k.subject = e.subject) AS wrapped
FROM log.events e;

CREATE INDEX subject_keys_holder ON log.subject_keys (holder) WHERE holder IS NOT NULL;

-- Which customer an e-mail address belongs to, without the address.
CREATE TABLE log.directory (
    email_hash bytea PRIMARY KEY,
    customer uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX directory_customer ON log.directory (customer);

CREATE TABLE log.requests (
    actor text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    subject uuid,
    answer bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);

CREATE INDEX requests_created_at ON log.requests (created_at);

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

-- The key under which a subject's data is sealed, made when there is none; null once the subject was erased.
CREATE FUNCTION log.claim_subject(new_subject uuid, new_holder uuid, new_wrapped bytea) RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
    found_wrapped bytea;
BEGIN
    SELECT wrapped INTO found_wrapped FROM log.subject_keys WHERE subject = new_subject;
    IF NOT FOUND THEN
        INSERT INTO log.subject_keys (subject, holder, wrapped) VALUES (new_subject, new_holder, new_wrapped)
        ON CONFLICT DO NOTHING;
        SELECT wrapped INTO found_wrapped FROM log.subject_keys WHERE subject = new_subject;
    END IF;
    RETURN found_wrapped;
END;
$$;

-- The customer an e-mail address belongs to, and the customer's key; the offered customer when the address is new.
CREATE FUNCTION log.claim_customer(
    claimed_hash bytea, offered uuid, offered_wrapped bytea, OUT customer uuid, OUT created boolean, OUT wrapped bytea
) LANGUAGE plpgsql AS $$
BEGIN
    created := false;
    SELECT d.customer INTO claim_customer.customer FROM log.directory d WHERE d.email_hash = claimed_hash;
    IF NOT FOUND THEN
        INSERT INTO log.directory (email_hash, customer) VALUES (claimed_hash, offered) ON CONFLICT DO NOTHING;
        created := FOUND;
        SELECT d.customer INTO claim_customer.customer FROM log.directory d WHERE d.email_hash = claimed_hash;
    END IF;
    wrapped := log.claim_subject(claim_customer.customer, NULL, offered_wrapped);
END;
$$;

-- The next numbers of a series; a number given to a save that is refused is not given again.
CREATE FUNCTION log.next_numbers(series text, wanted integer) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
DECLARE
    sequence_name text := format('log.%I', 'series_' || series);
BEGIN
    IF to_regclass(sequence_name) IS NULL THEN
        PERFORM pg_advisory_xact_lock(7106407, 2);
        EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %s', sequence_name);
    END IF;
    RETURN QUERY SELECT nextval(sequence_name::regclass) FROM generate_series(1, wanted);
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

-- Forgets a person: the keys of the subject and of those it holds, and the e-mail addresses that lead to it.
CREATE FUNCTION log.erase(erased uuid) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    forgotten integer;
BEGIN
    DELETE FROM log.directory WHERE customer = erased;
    UPDATE log.subject_keys SET wrapped = NULL, erased_at = now()
    WHERE (subject = erased OR holder = erased) AND wrapped IS NOT NULL;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
END;
$$;
