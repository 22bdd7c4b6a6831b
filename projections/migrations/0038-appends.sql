-- An append proves before its insert what a trigger had to look for after it: a third of its time, under the lock.
-- depends: 0033-owner
-- run by: owner

-- Raises where an event of a save has its predecessor neither before it in the save nor in the log.
CREATE FUNCTION log.require_predecessor(ids uuid[], versions integer[], number integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM log.events e WHERE e.originator_id = ids[number] AND e.originator_version = versions[number] - 1;
    IF NOT FOUND AND NOT EXISTS (
        SELECT FROM unnest(ids[:number - 1], versions[:number - 1]) AS earlier (id, version)
        WHERE earlier.id = ids[number] AND earlier.version = versions[number] - 1
    ) THEN
        RAISE EXCEPTION 'version % of stream % has no predecessor', versions[number], ids[number]
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_version_follows';
    END IF;
END;
$$;
REVOKE EXECUTE ON FUNCTION log.require_predecessor(uuid[], integer[], integer) FROM PUBLIC;

DROP PROCEDURE log.append_alone(uuid, json, text, text, bytea, uuid, bytea, bytea, uuid, bytea, bigint);
DROP FUNCTION log.append(uuid, json, text, text, bytea, uuid, bytea, bytea, uuid, bytea);

-- Appends events at the end of the log; returns the last position. `ids` and `versions` say of which stream each is, and
-- `fresh` the rest of it. With them it keeps the request's answer and makes the e-mail address that was new to the
-- directory its customer's: whoever was quicker with either is a unique violation, and the save is decided anew. Writers
-- queue on the lock and positions have no gaps, so a reader that goes by position misses nothing. An advisory lock, since a
-- table lock would wait for every ANALYZE. The lock is not held while the disk is written: the commit itself does not wait
-- for it, and the caller does afterwards, before it tells anybody, by a statement that commits durably after this one.
-- Others may see the events earlier, and make them durable before they use them; what was decided on events that a crash
-- took back is refused by its incarnation. Predecessors are looked for before the lock: the log only grows.
CREATE FUNCTION log.append(
    decided_in uuid, ids uuid[], versions integer[], fresh json,
    request_actor text, request_key text, request_fingerprint bytea, request_subject uuid, request_answer bytea,
    new_hash bytea, new_customer uuid, new_wrapped bytea
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last_position bigint;
    now timestamptz;
    appended bigint;
BEGIN
    FOR number IN 1 .. cardinality(versions) LOOP
        IF versions[number] <> 1
            AND (ids[number] = ids[number - 1] AND versions[number] = versions[number - 1] + 1) IS NOT TRUE
        THEN
            PERFORM log.require_predecessor(ids, versions, number);
        END IF;
    END LOOP;
    IF request_key IS NOT NULL THEN
        INSERT INTO log.requests (actor, key, fingerprint, subject, answer)
        VALUES (request_actor, request_key, request_fingerprint, request_subject, request_answer);
    END IF;
    IF new_hash IS NOT NULL THEN
        INSERT INTO log.directory (email_hash, customer) VALUES (new_hash, new_customer);
        INSERT INTO log.subject_keys (subject, wrapped) VALUES (new_customer, new_wrapped);
    END IF;
    PERFORM set_config('synchronous_commit', 'off', true), set_config('carnet.appending', 'on', true);
    -- What `log.enter` and `log.current_incarnation` do, spared their calls under the lock.
    PERFORM pg_advisory_xact_lock(7106407, 1);
    IF decided_in IS NOT NULL AND NOT EXISTS (
        SELECT FROM log.incarnation
        WHERE id = decided_in AND server_started_at = pg_postmaster_start_time()
            AND events_file = pg_relation_filepath('log.events')
    ) THEN
        RAISE EXCEPTION 'decided on what may have vanished since' USING ERRCODE = 'CN001';
    END IF;
    SELECT e.position, e.recorded_at INTO last_position, now FROM log.events e ORDER BY e.position DESC LIMIT 1;
    last_position := coalesce(last_position, 0);
    now := greatest(now, clock_timestamp());
    INSERT INTO log.events (
        position, originator_id, originator_version, topic, version, subject, occurred_at, recorded_at, state
    )
    SELECT last_position + number, ids[number::integer], versions[number::integer],
        topic, version, subject, occurred_at, now, state
    FROM ROWS FROM (json_to_recordset(fresh) AS (
        topic text, version smallint, subject uuid, occurred_at timestamptz, state json
    )) WITH ORDINALITY AS new (topic, version, subject, occurred_at, state, number);
    GET DIAGNOSTICS appended = ROW_COUNT;
    PERFORM set_config('carnet.appending', '', true);
    RETURN last_position + appended;
END;
$$;
REVOKE EXECUTE ON FUNCTION log.append(
    uuid, uuid[], integer[], json, text, text, bytea, uuid, bytea, bytea, uuid, bytea
) FROM PUBLIC;

-- The same as a whole save of its own, in one call: appended and committed under the lock, then waited for on disk.
CREATE PROCEDURE log.append_alone(
    decided_in uuid, ids uuid[], versions integer[], fresh json,
    request_actor text, request_key text, request_fingerprint bytea, request_subject uuid, request_answer bytea,
    new_hash bytea, new_customer uuid, new_wrapped bytea, INOUT last_position bigint
) LANGUAGE plpgsql AS $$
BEGIN
    last_position := log.append(
        decided_in, ids, versions, fresh,
        request_actor, request_key, request_fingerprint, request_subject, request_answer,
        new_hash, new_customer, new_wrapped
    );
    COMMIT;
    -- As `log.make_durable` waits, in one statement: each one after a commit is made ready anew.
    PERFORM
        set_config('synchronous_commit', CASE current_setting('synchronous_commit')
            WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true),
        set_config('client_min_messages', CASE current_setting('client_min_messages')
            WHEN 'error' THEN 'warning' ELSE current_setting('client_min_messages') END, true),
        pg_logical_emit_message(true, 'carnet', '');
END;
$$;
REVOKE EXECUTE ON PROCEDURE log.append_alone(
    uuid, uuid[], integer[], json, text, text, bytea, uuid, bytea, bytea, uuid, bytea, bigint
) FROM PUBLIC;

-- Every other insert is looked at by the trigger, as before. That one says it is an append proves nothing where it may not
-- change the table anyway: `log.append` runs as the log's owner.
DROP TRIGGER events_succeed ON log.events;
CREATE TRIGGER events_succeed AFTER INSERT ON log.events
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    WHEN (
        current_setting('carnet.appending', true) IS DISTINCT FROM 'on'
        OR NOT has_table_privilege('log.events'::regclass, 'DELETE')
    )
    EXECUTE FUNCTION log.require_succession();
ALTER TABLE log.events ENABLE ALWAYS TRIGGER events_succeed;
