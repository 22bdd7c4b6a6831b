-- What an append costs: it looks for predecessors itself, since the call of a function for it took a tenth of an append of
-- one event, and a kept answer, which is sealed and so cannot be compressed, stands in its row and not in pieces beside it.
-- depends: 0060-saved-views
-- run by: owner
CREATE OR REPLACE FUNCTION log.append(
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
            PERFORM FROM log.events e
            WHERE e.originator_id = ids[number] AND e.originator_version = versions[number] - 1;
            IF FOUND THEN
                CONTINUE;
            END IF;
            PERFORM FROM unnest(ids[:number - 1], versions[:number - 1]) AS earlier (id, version)
            WHERE earlier.id = ids[number] AND earlier.version = versions[number] - 1;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'version % of stream % has no predecessor', versions[number], ids[number]
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'events_version_follows';
            END IF;
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
    -- Then what `log.enter` and `log.current_incarnation` do, spared their calls under the lock.
    PERFORM set_config('synchronous_commit', 'off', true), set_config('carnet.appending', 'on', true),
        pg_advisory_xact_lock(7106407, 1);
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

DROP FUNCTION log.require_predecessor(uuid[], integer[], integer);

ALTER TABLE log.requests ALTER answer SET STORAGE EXTERNAL, SET (toast_tuple_target = 8160);
