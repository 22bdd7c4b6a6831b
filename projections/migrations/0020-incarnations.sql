-- Nothing is built on what may vanish: every run of the server is told from the one before, a decision made in another one
-- is refused, and so is an event whose predecessor is not stored. Events say when they were stored, beside when they happened.
-- depends: 0015-papers

-- The told time keeps its bytes under its own name; the database's clock comes beside it. Nothing is rewritten or looked at.
ALTER TABLE log.events RENAME COLUMN recorded_at TO occurred_at;
ALTER TABLE log.events ADD COLUMN recorded_at timestamptz;

-- `recorded_since`: events up to here were stored without the database's clock.
CREATE TABLE log.book (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    recorded_since bigint NOT NULL
);
INSERT INTO log.book (recorded_since) SELECT coalesce(max(position), 0) FROM log.events;

-- When the imports of before began: what they brought was stored then, whatever time it tells.
CREATE TABLE log.import_runs (
    import_id uuid PRIMARY KEY,
    started timestamptz NOT NULL
);
INSERT INTO log.import_runs (import_id, started)
SELECT i.id, coalesce(
    (SELECT e.occurred_at FROM log.events e WHERE e.originator_id = i.id AND e.originator_version = 1), i.created_at
)
FROM work.imports i;

DROP VIEW log.readable;
CREATE VIEW log.readable AS
SELECT
    e.position, e.originator_id, e.originator_version, e.topic, e.version, e.subject, e.occurred_at, e.recorded_at,
    e.state::text AS state, (SELECT k.wrapped FROM log.subject_keys k WHERE k.subject = e.subject) AS wrapped
FROM log.events e;

-- One run of the server on this table of events. Unlogged: a crash, a promotion and a base backup leave it empty. What else
-- could bring other events under a running process (a dump restored, a copied database) shows in the facts it was begun with.
CREATE UNLOGGED TABLE log.incarnation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    server_started_at timestamptz NOT NULL,
    events_file text NOT NULL -- its path names the database as well
);

-- What others see of it: positions mean the same events within an epoch. Up to `began_after` they are common with the epoch
-- before.
CREATE TABLE log.epochs (
    number integer PRIMARY KEY,
    id text NOT NULL UNIQUE DEFAULT left(replace(gen_random_uuid()::text, '-', ''), 16),
    system_identifier bigint NOT NULL,
    timeline bigint NOT NULL,
    database_oid oid NOT NULL,
    events_oid oid NOT NULL,
    began_after bigint NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason text NOT NULL
);
CREATE TRIGGER epochs_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON log.epochs
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse();

CREATE FUNCTION log.database_oid() RETURNS oid LANGUAGE sql STABLE AS $$
    SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()
$$;

-- The incarnation as it is now; null where none was begun yet. A standby cannot begin one: its own run stands for it, in the
-- epoch that its primary has begun.
CREATE FUNCTION log.current_incarnation() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF pg_is_in_recovery() THEN
        RETURN md5(concat_ws(
            ' ', pg_postmaster_start_time(), pg_relation_filepath('log.events'), (SELECT max(number) FROM log.epochs)
        ))::uuid;
    END IF;
    RETURN (
        SELECT id FROM log.incarnation
        WHERE server_started_at = pg_postmaster_start_time() AND events_file = pg_relation_filepath('log.events')
    );
END;
$$;

-- Begins an epoch after all that the log holds now, and ends the incarnation: nothing decided before is appended any more.
CREATE FUNCTION log.begin_epoch(why text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    begun text;
BEGIN
    PERFORM pg_advisory_xact_lock(7106407, 1);
    INSERT INTO log.epochs (number, system_identifier, timeline, database_oid, events_oid, began_after, reason)
    SELECT coalesce(max(number), 0) + 1,
        (SELECT system_identifier FROM pg_control_system()),
        ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint,
        log.database_oid(),
        to_regclass('log.events'),
        CASE WHEN count(*) = 0 THEN 0 ELSE (SELECT coalesce(max(position), 0) FROM log.events) END,
        why
    FROM log.epochs
    RETURNING id INTO begun;
    DELETE FROM log.incarnation;
    RETURN begun;
END;
$$;

-- The incarnation as it is now, begun where there was none; with it an epoch, where the log is another than the last one's.
CREATE FUNCTION log.begin_incarnation() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    found uuid := log.current_incarnation();
    last log.epochs;
BEGIN
    IF found IS NOT NULL THEN
        RETURN found;
    END IF;
    PERFORM pg_advisory_xact_lock(7106407, 4);
    found := log.current_incarnation();
    IF found IS NOT NULL THEN
        RETURN found;
    END IF;
    SELECT * INTO last FROM log.epochs ORDER BY number DESC LIMIT 1;
    IF last.number IS NULL THEN
        PERFORM log.begin_epoch('the log was made');
    ELSIF last.system_identifier <> (SELECT system_identifier FROM pg_control_system()) THEN
        PERFORM log.begin_epoch('the log was brought to another server');
    ELSIF last.timeline <> ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint THEN
        PERFORM log.begin_epoch('the server was promoted or brought back to a point in time');
    ELSIF last.database_oid <> log.database_oid() OR last.events_oid <> to_regclass('log.events') THEN
        PERFORM log.begin_epoch('the log was copied or restored from a dump');
    END IF;
    DELETE FROM log.incarnation;
    INSERT INTO log.incarnation (server_started_at, events_file)
    VALUES (pg_postmaster_start_time(), pg_relation_filepath('log.events'))
    RETURNING id INTO found;
    RETURN found;
END;
$$;

-- Makes what was committed so far durable, here and on a synchronous standby, as soon as the transaction it runs in is
-- committed; gives the position up to which that holds, and the incarnation in which it does. An operator's choice to wait
-- for more than the disk is kept. A wait that is cut short shows as a warning only, so that warnings are sent whatever was
-- set.
CREATE FUNCTION log.make_durable(OUT head bigint, OUT incarnation uuid) LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(max(position), 0) INTO head FROM log.events;
    incarnation := log.current_incarnation();
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF current_setting('client_min_messages') = 'error' THEN
        PERFORM set_config('client_min_messages', 'warning', true);
    END IF;
    PERFORM pg_logical_emit_message(true, 'carnet', '');
END;
$$;

-- Whoever inserts: positions follow each other, a version follows the one before it, and the clock goes forward. A plan
-- made for a small log would look through the whole of it once it has grown. The path is fixed, so that no session can put
-- operators of its own in the place of those it compares with.
CREATE FUNCTION log.require_succession() RETURNS trigger
LANGUAGE plpgsql SET enable_seqscan = off SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    added record;
BEGIN
    SELECT f.*, (SELECT max(position) FROM log.events) AS head,
        (SELECT e.position FROM log.events e WHERE e.position = f.first - 1) AS before,
        (SELECT e.recorded_at FROM log.events e WHERE e.position = f.first - 1) AS recorded_before
    INTO added FROM (
        SELECT count(*) AS number, min(position) AS first, max(position) AS last,
            count(recorded_at) AS dated, min(recorded_at) AS recorded_at,
            min(CASE WHEN originator_version <> 1 AND (
                SELECT p.originator_version FROM log.events p
                WHERE p.originator_id = fresh.originator_id AND p.originator_version = fresh.originator_version - 1
            ) IS NULL THEN position END) AS orphan
        FROM fresh
    ) f;
    IF added.number = 0 THEN
        RETURN NULL;
    END IF;
    IF added.first <> coalesce(added.before, 0) + 1 OR added.last <> added.head
        OR added.last - added.first + 1 <> added.number
    THEN
        RAISE EXCEPTION 'positions % to % do not follow the last one', added.first, added.last
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_position_follows';
    END IF;
    IF added.dated <> added.number OR added.recorded_at < added.recorded_before THEN
        RAISE EXCEPTION 'the time of recording is missing or goes backwards'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_recorded_forwards';
    END IF;
    IF added.orphan IS NOT NULL THEN
        RAISE EXCEPTION 'the event at position % has no predecessor in its stream', added.orphan
            USING ERRCODE = 'check_violation', CONSTRAINT = 'events_version_follows';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER events_succeed AFTER INSERT ON log.events
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log.require_succession();
ALTER TABLE log.events ENABLE ALWAYS TRIGGER events_succeed;
ALTER TABLE log.events ENABLE ALWAYS TRIGGER events_only_grow;

-- Takes the writers' lock until the end of the transaction: after which position the next events stand, and when they are
-- recorded. A decision made in another incarnation is refused (CN001); null: nothing was decided before.
CREATE FUNCTION log.enter(decided_in uuid, OUT last_position bigint, OUT recorded_at timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7106407, 1);
    SELECT e.position, e.recorded_at INTO last_position, enter.recorded_at
    FROM log.events e ORDER BY e.position DESC LIMIT 1;
    last_position := coalesce(last_position, 0);
    recorded_at := greatest(recorded_at, clock_timestamp());
    IF decided_in IS NOT NULL AND (decided_in = log.current_incarnation()) IS NOT TRUE THEN
        RAISE EXCEPTION 'decided on what may have vanished since' USING ERRCODE = 'CN001';
    END IF;
END;
$$;

DROP PROCEDURE log.append_alone(json, text, text, bytea, uuid, bytea, bytea, uuid, bytea, bigint);
DROP FUNCTION log.append(json, text, text, bytea, uuid, bytea, bytea, uuid, bytea);

-- Appends events at the end of the log; returns the last position. With them it keeps the request's answer and makes the
-- e-mail address that was new to the directory its customer's: whoever was quicker with either is a unique violation, and
-- the save is decided anew. Writers queue on the lock and positions have no gaps, so a reader that goes by position misses
-- nothing. An advisory lock, since a table lock would wait for every ANALYZE. The lock is not held while the disk is
-- written: the commit itself does not wait for it, and the caller does afterwards, before it tells anybody, by a
-- statement that commits durably after this one. Others may see the events earlier, and make them durable before they use
-- them; what was decided on events that a crash took back is refused by its incarnation.
CREATE FUNCTION log.append(
    decided_in uuid, fresh json,
    request_actor text, request_key text, request_fingerprint bytea, request_subject uuid, request_answer bytea,
    new_hash bytea, new_customer uuid, new_wrapped bytea
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    last_position bigint;
    now timestamptz;
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
    -- What `log.enter` does, spared a call under the lock.
    PERFORM pg_advisory_xact_lock(7106407, 1);
    SELECT e.position, e.recorded_at INTO last_position, now FROM log.events e ORDER BY e.position DESC LIMIT 1;
    IF decided_in IS NOT NULL AND (decided_in = log.current_incarnation()) IS NOT TRUE THEN
        RAISE EXCEPTION 'decided on what may have vanished since' USING ERRCODE = 'CN001';
    END IF;
    last_position := coalesce(last_position, 0);
    now := greatest(now, clock_timestamp());
    INSERT INTO log.events (
        position, originator_id, originator_version, topic, version, subject, occurred_at, recorded_at, state
    )
    SELECT last_position + number, originator_id, originator_version, topic, version, subject, occurred_at, now, state
    FROM ROWS FROM (json_to_recordset(fresh) AS (
        originator_id uuid, originator_version integer, topic text, version smallint, subject uuid,
        occurred_at timestamptz, state json
    )) WITH ORDINALITY AS new (
        originator_id, originator_version, topic, version, subject, occurred_at, state, number
    );
    GET DIAGNOSTICS appended = ROW_COUNT;
    RETURN last_position + appended;
END;
$$;

-- The same as a whole save of its own, in one call: appended and committed under the lock, then waited for on disk.
CREATE PROCEDURE log.append_alone(
    decided_in uuid, fresh json,
    request_actor text, request_key text, request_fingerprint bytea, request_subject uuid, request_answer bytea,
    new_hash bytea, new_customer uuid, new_wrapped bytea, INOUT last_position bigint
) LANGUAGE plpgsql AS $$
BEGIN
    last_position := log.append(
        decided_in, fresh, request_actor, request_key, request_fingerprint, request_subject, request_answer,
        new_hash, new_customer, new_wrapped
    );
    COMMIT;
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF current_setting('client_min_messages') = 'error' THEN
        PERFORM set_config('client_min_messages', 'warning', true);
    END IF;
    PERFORM pg_logical_emit_message(true, 'carnet', '');
END;
$$;

DROP FUNCTION log.streams(uuid[], integer[], bigint);

-- Streams, each after a version, up to a position; stream by stream and in order. At least one row, which gives the
-- incarnation that was read.
CREATE FUNCTION log.streams(ids uuid[], after integer[], upto bigint) RETURNS TABLE (
    incarnation uuid,
    "position" bigint, topic text, version smallint, state text, wrapped bytea, recorded_at timestamptz
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    current uuid := log.current_incarnation();
BEGIN
    RETURN QUERY
    SELECT current, e.position, e.topic, e.version, e.state, e.wrapped, e.recorded_at
    FROM (SELECT) AS once LEFT JOIN (
        SELECT r.* FROM unnest(ids, streams.after) AS asked (id, version)
        JOIN log.readable r
            ON r.originator_id = asked.id AND r.originator_version > asked.version AND r.position <= upto
    ) AS e ON true
    ORDER BY e.originator_id, e.originator_version;
END;
$$;

DROP FUNCTION log.opening(text, text, bytea, text, uuid[], integer[]);

-- What one save starts from, in one call; what is null is not asked for. `known`: the request ran before, and `answer` is
-- what it answered then, and nothing else is read. Otherwise one row for each event of the streams asked for and of the
-- customer's (one row without an event where there is none). Nothing is claimed yet but the number: `log.append` does,
-- together with the events. The append takes the incarnation that this was read in.
CREATE FUNCTION log.opening(
    request_actor text, request_key text, asked_hash bytea, series text, ids uuid[], after integer[]
) RETURNS TABLE (
    incarnation uuid, known boolean, fingerprint bytea, subject uuid, answer bytea, answer_wrapped bytea,
    customer uuid, customer_wrapped bytea, number bigint,
    "position" bigint, topic text, version smallint, state text, wrapped bytea, recorded_at timestamptz
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    current uuid := log.current_incarnation();
    found_customer uuid;
    found_wrapped bytea;
    next_number bigint;
BEGIN
    IF request_key IS NOT NULL THEN
        RETURN QUERY
        SELECT current, true, r.fingerprint, r.subject, r.answer, k.wrapped, NULL::uuid, NULL::bytea, NULL::bigint,
            NULL::bigint, NULL::text, NULL::smallint, NULL::text, NULL::bytea, NULL::timestamptz
        FROM log.requests r LEFT JOIN log.subject_keys k ON k.subject = r.subject
        WHERE r.actor = request_actor AND r.key = request_key;
        IF FOUND THEN
            RETURN;
        END IF;
    END IF;
    IF asked_hash IS NOT NULL THEN
        SELECT d.customer, k.wrapped INTO found_customer, found_wrapped
        FROM log.directory d LEFT JOIN log.subject_keys k ON k.subject = d.customer
        WHERE d.email_hash = asked_hash;
    END IF;
    IF opening.series IS NOT NULL THEN
        SELECT next_numbers INTO next_number FROM log.next_numbers(opening.series, 1);
    END IF;
    RETURN QUERY
    SELECT current, false, NULL::bytea, NULL::uuid, NULL::bytea, NULL::bytea,
        found_customer, found_wrapped, next_number,
        e.position, e.topic, e.version, e.state, e.wrapped, e.recorded_at
    FROM (SELECT) AS once LEFT JOIN (
        SELECT r.* FROM (
            SELECT * FROM unnest(ids, opening.after) AS given (id, version)
            UNION ALL SELECT found_customer, 0
        ) AS asked
        JOIN log.readable r ON r.originator_id = asked.id AND r.originator_version > asked.version
    ) AS e ON true
    ORDER BY e.originator_id, e.originator_version;
END;
$$;

-- What else is written beside events, as functions: whoever may call them need not be allowed to change the tables.
CREATE FUNCTION log.hand_over(handed uuid, new_holder uuid) RETURNS void LANGUAGE sql AS $$
    UPDATE log.subject_keys SET holder = new_holder WHERE subject = handed
$$;

CREATE FUNCTION log.purge_requests(days integer) RETURNS bigint LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM log.requests WHERE created_at < now() - make_interval(days => days) RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

CREATE FUNCTION log.keep_document(kept uuid, day date) RETURNS void LANGUAGE sql AS $$
    INSERT INTO log.issued_documents (subject, issued_on) VALUES (kept, day) ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION log.keep_print(kept uuid, kept_form text, kept_locale text, is_voided boolean, bytes bytea)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO log.kept_prints (subject, form, locale, voided, content)
    VALUES (kept, kept_form, kept_locale, is_voided, bytes) ON CONFLICT DO NOTHING
$$;

-- Lets go of documents that were issued more than so many years before a day; gives how many keys went.
CREATE FUNCTION log.release_documents(today date, years integer) RETURNS bigint LANGUAGE sql AS $$
    WITH old AS (
        DELETE FROM log.issued_documents WHERE issued_on < today - make_interval(years => years) RETURNING subject
    )
    SELECT count(log.erase(subject)) FROM old
$$;
