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
    answer bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, key)
);

CREATE INDEX requests_created_at ON log.requests (created_at);

-- Appends events at the end of the log and keeps the request's answer; returns the last position. Writers queue on the
-- lock and positions have no gaps, so a reader that goes by position misses nothing. An advisory lock, since a table lock
-- would wait for every ANALYZE. The lock is not held while the disk is written: the commit itself does not wait for it,
-- and the caller does afterwards, before it tells anybody, by a statement that commits durably after this one.
CREATE FUNCTION log.append(
    fresh json, request_actor text, request_key text, request_subject uuid, request_answer bytea
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last_position bigint;
    appended bigint;
BEGIN
    IF request_key IS NOT NULL THEN
        UPDATE log.requests SET answer = request_answer, subject = request_subject
        WHERE actor = request_actor AND key = request_key;
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
CREATE PROCEDURE log.append_alone(fresh json, INOUT last_position bigint) LANGUAGE plpgsql AS $$
BEGIN
    last_position := log.append(fresh, NULL, NULL, NULL, NULL);
    COMMIT;
    PERFORM pg_logical_emit_message(true, 'carnet', '');
END;
$$;

-- Claims a request's key. `known`: it ran before, and `answer` is what it answered then. Waits while it is running.
CREATE FUNCTION log.claim_request(
    request_actor text, request_key text, request_fingerprint bytea,
    OUT known boolean, OUT fingerprint bytea, OUT subject uuid, OUT answer bytea, OUT wrapped bytea
) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log.requests (actor, key, fingerprint) VALUES (request_actor, request_key, request_fingerprint)
    ON CONFLICT DO NOTHING;
    known := NOT FOUND;
    IF known THEN
        SELECT r.fingerprint, r.subject, r.answer, k.wrapped
        INTO claim_request.fingerprint, claim_request.subject, claim_request.answer, claim_request.wrapped
        FROM log.requests r LEFT JOIN log.subject_keys k ON k.subject = r.subject
        WHERE r.actor = request_actor AND r.key = request_key;
    END IF;
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

-- All that one save claims before it decides, in one call and always in this order; what is null is not asked for. A
-- request that ran before claims nothing else.
CREATE FUNCTION log.claim(
    request_actor text, request_key text, request_fingerprint bytea,
    claimed_hash bytea, offered uuid, offered_wrapped bytea, series text,
    OUT known boolean, OUT fingerprint bytea, OUT subject uuid, OUT answer bytea, OUT wrapped bytea,
    OUT customer uuid, OUT created boolean, OUT customer_wrapped bytea, OUT number bigint
) LANGUAGE plpgsql AS $$
BEGIN
    IF request_key IS NOT NULL THEN
        SELECT r.* INTO known, fingerprint, subject, answer, wrapped
        FROM log.claim_request(request_actor, request_key, request_fingerprint) r;
    END IF;
    IF known THEN
        RETURN;
    END IF;
    IF claimed_hash IS NOT NULL THEN
        SELECT c.* INTO customer, created, customer_wrapped
        FROM log.claim_customer(claimed_hash, offered, offered_wrapped) c;
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
